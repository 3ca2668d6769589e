/** Does not collapse: the editor sets icons and words of a CodeLens side by side, and drops ordinary spaces between them. */
const SPACE = '\u00a0';

/** Words of a CodeLens with an icon before them. */
export function iconText(icon: string, words: string): string {
  return `$(${icon})${SPACE}${words}`;
}

/** Parts of a CodeLens, some with icons, with a dot between. */
export function dotted(parts: readonly string[]): string {
  return parts.join(' · ').replaceAll(' $(', `${SPACE}$(`);
}

/**
 * A command as a link of a Markdown text that is trusted with it. Nothing of the argument, a file's name for example, can end
 * the link before its end.
 */
export function commandLink(title: string, command: string, argument: unknown): string {
  const query = encodeURIComponent(JSON.stringify([argument]));
  return `[${title}](command:${command}?${query.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}

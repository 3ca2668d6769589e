/** Translations by their English text, as the extension put them into the page. */
const strings = readStrings();

function readStrings(): Readonly<Record<string, string>> {
  const data = globalThis.document?.getElementById('strings')?.textContent;
  return data ? (JSON.parse(data) as Record<string, string>) : {};
}

/** The display language, for Intl. */
export const LANGUAGE = globalThis.document?.documentElement.lang || 'en';

/** A text that comes from elsewhere, as the task file's schema does: scripts/l10n collects those too. */
export function tKnown(text: string): string {
  return strings[text] ?? text;
}

/**
 * A text in the display language; `{0}`, `{1}` are the arguments. The text must be written out where it is used: the
 * bundles in l10n/ are held against the source by a test.
 */
export function t(text: string, ...values: readonly (string | number)[]): string {
  return (strings[text] ?? text).replaceAll(/\{(\d+)\}/g, (hole, index) =>
    String(values[Number(index)] ?? hole),
  );
}

let translations: Readonly<Record<string, string>> = {};

/** Sets what this thread's texts are in the display language, by their English text. Without it they are English. */
export function useTranslations(strings: Readonly<Record<string, string>>): void {
  translations = strings;
}

/**
 * Tag of a text of the engine or the host that a person reads, in the display language: l10n`Row ${row} is empty.` is filed
 * as `Row {0} is empty.` A text is a whole sentence; what is one and what is many are two texts.
 */
export function l10n(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const english = parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
  const text = translations[english] ?? english;
  return text.replaceAll(/\{(\d+)\}/g, (hole, index) => String(values[Number(index)] ?? hole));
}

/** The display language, and what texts are in it, by their English ones. */
export interface Translations {
  /** As the editor names it: `de`, `pt-br`. */
  language: string;
  texts: Readonly<Record<string, string>>;
}

const ENGLISH: Translations = { language: 'en', texts: {} };
let used = ENGLISH;

/** Sets the language of what this thread says. Without it that is English. */
export function useTranslations(translations: Translations = ENGLISH): void {
  used = translations;
}

/**
 * Tag of a text of the engine or the host that a person reads, in the display language: l10n`Row ${row} is empty.` is filed
 * as `Row {0} is empty.` A text is a whole sentence; what is one and what is many are two texts.
 */
export function l10n(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const english = parts.reduce((text, part, index) => `${text}{${index - 1}}${part}`);
  const text = used.texts[english] ?? english;
  return text.replaceAll(/\{(\d+)\}/g, (hole, index) => String(values[Number(index)] ?? hole));
}

/** A number with so many digits behind its decimal mark, as the display language writes it: `0.750`, `0,750`. */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString(used.language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });
}

import { readableLabel } from '../prompt/labelWords';

const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/**
 * Column names as words of a prompt: `card_type` → `card type`; and where several columns are all language codes, as in
 * translations, `en`, `de` → `English`, `German`.
 */
export function columnTitles(names: readonly string[]): string[] {
  const languages = names.flatMap((name) => {
    const language = /^[a-z]{2}$/.test(name) ? LANGUAGES.of(name) : undefined;
    return language === undefined ? [] : [language];
  });
  const allLanguages = names.length > 1 && languages.length === names.length;
  return allLanguages ? languages : names.map((name) => readableLabel(name).replace(/[{}]/g, ''));
}

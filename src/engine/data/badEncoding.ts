import type { Problem } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';
import type { Dataset } from './dataset';
import { ProblemList } from './problems';

/** What stands where bytes could not be read. */
const REPLACEMENT = '\uFFFD';

/** What Windows-1252 has from 0x80 to 0x9f, by its place there; five of them are control characters. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Of these, what may well stand behind the last letter of a word: `AMANHÃ…`, `„Ä“`. */
const PUNCTUATION = '“”‘’„…–—«»·';

/**
 * UTF-8 that was read as Windows-1252, or as Latin 1: the first byte of a letter, then as many others as it asks for. What is
 * written for bytes from 0x80 to 0xbf hardly ever stands behind these letters in a text that was meant so; punctuation does,
 * if it ends a word of capitals.
 */
const CONTINUED = `[\\x80-\\xBF${WINDOWS_1252}]`;
const FIRST_OF_TWO = '[ÂÃÄÅÐÑ]';
const GARBLED = new RegExp(
  [
    `(?<=\\p{Ll})${FIRST_OF_TWO}${CONTINUED}`,
    `${FIRST_OF_TWO}(?![${PUNCTUATION}](?!\\p{L}))${CONTINUED}`,
    `[âã]${CONTINUED}{2}`,
    `ð${CONTINUED}{3}`,
  ].join('|'),
  'u',
);

/** Rows with letters that were lost or garbled before they came here; one problem a row. */
export function badEncoding(dataset: Dataset): Problem[] {
  const problems = new ProblemList();
  const columns = dataset.columns.map((name) => dataset.column(name)!);
  for (let index = 0; index < dataset.length; index++) {
    const message = firstOf(columns, index);
    if (message === undefined) continue;
    const { row, line } = dataset.rowAt(index);
    problems.add({
      severity: 'warning',
      kind: 'bad-encoding',
      message,
      place: { file: dataset.file, line, row },
      hint: l10n`Export the file again as UTF-8 from where it came from.`,
    });
  }
  return problems.list();
}

function firstOf(columns: readonly (readonly string[])[], index: number): string | undefined {
  for (const cells of columns) {
    const text = cells[index]!;
    if (text.includes(REPLACEMENT)) return l10n`Letters were lost: "${REPLACEMENT}" stands in their place.`;
    const garbled = GARBLED.exec(text)?.[0];
    const meant = garbled && decoded(garbled);
    if (meant) return l10n`The text says "${garbled}" where "${meant}" was meant.`;
  }
  return undefined;
}

/** What garbled letters were; undefined where they are no UTF-8 after all. */
function decoded(garbled: string): string | undefined {
  const bytes = [...garbled].map((letter) => {
    const place = WINDOWS_1252.indexOf(letter);
    return place === -1 ? letter.charCodeAt(0) : 0x80 + place;
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

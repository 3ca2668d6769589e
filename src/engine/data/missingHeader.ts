import type { ColumnSummary, Problem } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';
import { isNumber } from './columns';
import type { Dataset } from './dataset';

/** A name of so many words is a sentence. */
const SENTENCE_WORDS = 3;

/**
 * A first line that was taken for the columns' names and looks like a row: a name in it is a class of its own column, and is a
 * number or stands beside a sentence. `text,spam` above rows of spam and ham are names.
 */
export function missingHeader({ file, format }: Dataset, columns: readonly ColumnSummary[]): Problem[] {
  if (format !== 'csv' && format !== 'tsv') return [];
  const found = columns.find(({ name, classes }) => classes?.some(({ value }) => value === name.trim()));
  const sentence = columns.some(({ name }) => name.trim().split(/\s+/).length >= SENTENCE_WORDS);
  if (!found || !(sentence || isNumber(found.name.trim()))) return [];
  return [
    {
      severity: 'warning',
      kind: 'missing-header',
      message: l10n`The first line looks like a row: "${found.name}" is taken for a column's name, and is also a value of that column.`,
      place: { file, line: 1 },
      hint: l10n`Write the columns' names in a line above it.`,
    },
  ];
}

import type { ColumnSummary, Problem } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';
import type { Dataset } from './dataset';

/** A first line that was taken for the columns' names and looks like a row: a name in it is a class of its own column. */
export function missingHeader({ file, format }: Dataset, columns: readonly ColumnSummary[]): Problem[] {
  if (format !== 'csv' && format !== 'tsv') return [];
  const found = columns.find(({ name, classes }) => classes?.some(({ value }) => value === name.trim()));
  if (!found) return [];
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

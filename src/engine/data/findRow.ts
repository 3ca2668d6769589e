import type { DataRow, Dataset } from './dataset';

/** The row with this number; undefined where it was left out, or there is none. */
export function findRow(dataset: Dataset, row: number): DataRow | undefined {
  // Rows that were left out have a number, but are not there.
  let index = Math.min(row, dataset.length) - 1;
  while (index >= 0 && dataset.rowAt(index).row > row) index -= 1;
  const found = index >= 0 ? dataset.rowAt(index) : undefined;
  return found?.row === row ? found : undefined;
}

import type { DataRow, Dataset } from './dataset';

/** Rows of which some part stands in these lines; lines count from 1, both ends included. */
export function rowsInLines(dataset: Dataset, firstLine: number, lastLine: number): number[] {
  const first = firstIndex(dataset.length, (index) => dataset.endLineAt(index) >= firstLine);
  const found: number[] = [];
  for (let index = first; index < dataset.length && dataset.rowAt(index).line <= lastLine; index++) {
    found.push(index);
  }
  return found;
}

/** The index of the row with this number, counted from 1; rows that were left out have one, but are not there. */
export function indexOfRow(dataset: Dataset, row: number): number | undefined {
  const index = firstIndex(dataset.length, (at) => dataset.rowAt(at).row >= row);
  return index < dataset.length && dataset.rowAt(index).row === row ? index : undefined;
}

/** The row with this number; undefined where it was left out, or there is none. */
export function findRow(dataset: Dataset, row: number): DataRow | undefined {
  const index = indexOfRow(dataset, row);
  return index === undefined ? undefined : dataset.rowAt(index);
}

/** The row that a line belongs to, else the next one after it: the header's is the first. */
export function rowAtLine(dataset: Dataset, line: number): DataRow | undefined {
  const index = firstIndex(dataset.length, (at) => dataset.endLineAt(at) >= line);
  return index < dataset.length ? dataset.rowAt(index) : undefined;
}

/** The first index that has been reached; `length` if none has. What is reached stays so for all later ones. */
function firstIndex(length: number, reached: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

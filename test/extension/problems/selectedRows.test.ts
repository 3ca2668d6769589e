import { expect, it } from 'vitest';
import { selectedRows } from '../../../src/extension/problems/selectedRows';

/** Rows of two lines each, below a header; three at a time. */
const host = {
  request: async (_: string, { firstLine, lastLine }: { firstLine: number; lastLine: number }) => ({
    rows: Array.from({ length: 50 }, (_, i) => ({ row: i + 1, line: 2 * i + 2, endLine: 2 * i + 3 }))
      .filter(({ line, endLine }) => endLine >= firstLine && line <= lastLine)
      .slice(0, 3),
  }),
};
const lines = (first: number, last: number, character = 1) => ({
  start: { line: first - 1 },
  end: { line: last - 1, character },
});
const selected = (...selections: object[]) => selectedRows(host as never, '/w/a.csv', selections as never);

it('are all rows of all selections, however many, each once', async () => {
  expect(await selected(lines(1, 1))).toEqual([]);
  expect(await selected(lines(5, 5))).toEqual([2]);
  expect(await selected(lines(3, 20))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await selected(lines(2, 3), lines(6, 6), lines(7, 7))).toEqual([1, 3]);
  expect(await selected(lines(2, 4, 0))).toEqual([1]);
  expect(await selected(lines(4, 4, 0))).toEqual([2]);
  expect(await selected(lines(1, 200))).toHaveLength(50);
});

import { expect, test } from 'vitest';
import { type ChartTable, cellText, tableCsv, tableRows } from '../../../src/webview/charts/chartTable';

const table: ChartTable = {
  caption: 'Loss by step',
  columns: [
    { name: 'Step', values: [1, 2] },
    { name: 'Loss, "smoothed"', values: [0.123456789, null], format: (value) => value.toFixed(2) },
    { name: 'Note', values: ['a, b', 'two\nlines'] },
  ],
};

test('the CSV file has the numbers in full, and quotes what would break it', () => {
  expect(tableCsv(table)).toBe(
    'Step,"Loss, ""smoothed""",Note\r\n1,0.123456789,"a, b"\r\n2,,"two\nlines"\r\n',
  );
});

test('cells are written as people read them', () => {
  expect(tableRows(table)).toBe(2);
  expect(table.columns.map((column) => cellText(column, 0))).toEqual(['1', '0.12', 'a, b']);
  expect(cellText(table.columns[1]!, 1)).toBe('–');
});

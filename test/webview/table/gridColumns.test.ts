import { expect, it } from 'vitest';
import type { TableColumn } from '../../../src/protocol/table';
import { gridColumns } from '../../../src/webview/table/gridColumns';

const column = (name: string, kind: TableColumn['kind'], meanLength: number, values: string[] = []) => ({
  name,
  kind,
  missing: 0,
  meanLength,
  ...(values.length > 0 && { classes: values.map((value) => ({ value, count: 1 })) }),
});
const widths = (view: number, ...columns: TableColumn[]) =>
  gridColumns(columns, { answers: false, widths: {}, view }).map(({ width }) => width);

it('gives long texts what is left of the view, and short ones what they need', () => {
  expect(widths(1000, column('text', 'text', 80), column('label', 'class', 6, ['billing']))).toEqual([
    830, 170,
  ]);
  expect(widths(1000, column('a', 'text', 5), column('b', 'text', 5))).toEqual([190, 190]);
  expect(widths(1000, column('city', 'text', 15))).toEqual([200]);
});

it('shows the names of long classes and columns', () => {
  expect(widths(0, column('intent', 'class', 20, ['card_payment_not_recognised', 'x']))).toEqual([250]);
  expect(widths(0, column('what_the_customer_was_told', 'text', 3))).toEqual([250]);
});

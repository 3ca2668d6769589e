import { expect, it } from 'vitest';
import { activationTable } from '../../bench/editor/activationReport';
import { tablesTable, textTable } from '../../bench/editor/datasetsReport';
import { madeRows } from '../../bench/editor/madeRows';

it('tells load and activation apart, and adds them up round by round', () => {
  const activations = [
    { load: 20, loadProcessor: 18, activate: 2 },
    { load: 10, loadProcessor: 9, activate: 5 },
    { load: 40, loadProcessor: 19, activate: 1 },
  ];
  expect(activationTable({ activations })).toEqual([
    ['ms', 'least', 'median', '95 %'],
    ['load `extension.js`', '10.0', '20.0', '40.0'],
    ['of it, processor time', '9.0', '18.0', '19.0'],
    ['`activate`', '1.0', '2.0', '5.0'],
    ['both', '15.0', '22.0', '41.0'],
  ]);
});

it('says what a person waits for with large datasets', () => {
  const scrolls = Array.from({ length: 20 }, (_, i) => 20 - i);
  const text = { rows: 100_000, bytes: 11e6, lens: 700, hints: 1500, problems: 2000.4, scrolls };
  expect(textTable({ text }).map((line) => line.join(': '))).toEqual([
    'CSV, 100,000 rows, 11 MB: ms',
    'lens: 700',
    'first hints: 1500',
    'all problems: 2000',
    'hints after a scroll, median: 11',
    'hints after a scroll, 95 %: 20',
  ]);
  const table = { rows: 5, bytes: 2e6, firstRows: 9.96, all: 4512, scrolls, found: 1900 };
  const tables = [
    { ...table, format: 'CSV', memory: 300e6 },
    { ...table, format: 'Parquet' },
  ];
  expect(tablesTable({ tables }).slice(1)).toEqual([
    ['CSV, 5 rows, 2 MB', '10.0', '4.5', '11', '20', '1.9', '300'],
    ['Parquet, 5 rows, 2 MB', '10.0', '4.5', '11', '20', '1.9', '–'],
  ]);
});

it('makes up the same rows each time, all of them different', () => {
  const take = () => {
    const source = madeRows();
    return Array.from({ length: 200 }, () => source.next().value);
  };
  expect(take()).toEqual(take());
  expect(new Set(take().map(({ text }) => text)).size).toBe(200);
});

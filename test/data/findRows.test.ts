import { expect, it } from 'vitest';
import { indexOfRow, rowAtLine, rowsInLines } from '../../src/engine/data/findRows';
import { readText } from './readText';

// Row 2 takes three lines, row 3 is left out, line 8 is blank.
const CSV = 'text,label\none,a\n"two\n\nlines",b\nbroken\n\nfour,d\nfive,e\n';

const numbers = (dataset: Awaited<ReturnType<typeof readText>>, first: number, last: number) =>
  rowsInLines(dataset, first, last).map((index) => dataset.rowAt(index).row);

it('finds the rows that stand in lines, also those that began before or go on after', async () => {
  const dataset = await readText('a.csv', CSV);
  expect(numbers(dataset, 1, 99)).toEqual([1, 2, 4, 5]);
  expect(numbers(dataset, 1, 1)).toEqual([]);
  expect(numbers(dataset, 2, 2)).toEqual([1]);
  expect(numbers(dataset, 4, 4)).toEqual([2]);
  expect(numbers(dataset, 5, 8)).toEqual([2, 4]);
  expect(numbers(dataset, 9, 20)).toEqual([5]);
  expect(numbers(dataset, 10, 20)).toEqual([]);
});

it('finds the row of a line, or the next one', async () => {
  const dataset = await readText('a.csv', CSV);
  const at = (line: number) => rowAtLine(dataset, line)?.row;
  expect([1, 2, 3, 5, 6, 7, 8, 9].map(at)).toEqual([1, 1, 2, 2, 4, 4, 4, 5]);
  expect(at(10)).toBeUndefined();
});

it('finds a row by its number, unless it was left out', async () => {
  const dataset = await readText('a.csv', CSV);
  expect([1, 2, 3, 4, 5, 6].map((row) => indexOfRow(dataset, row))).toEqual([
    0,
    1,
    undefined,
    2,
    3,
    undefined,
  ]);
});

it('knows the last line of rows in every format', async () => {
  const ends = async (name: string, text: string) => {
    const dataset = await readText(name, text);
    return Array.from({ length: dataset.length }, (_, index) => dataset.endLineAt(index));
  };
  expect(await ends('a.csv', CSV)).toEqual([2, 5, 8, 9]);
  expect(await ends('a.jsonl', '{"a":1}\n\n{"a":2}\n')).toEqual([1, 3]);
  expect(await ends('a.json', '[\n  {\n    "a": 1\n  },\n  { "a": 2 }\n]\n')).toEqual([4, 5]);
});

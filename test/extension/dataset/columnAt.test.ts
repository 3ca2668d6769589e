import { expect, it } from 'vitest';
import { headerCellAt, keyAt } from '../../../src/extension/dataset/columnAt';

it('finds the cell of a header under a character, quotes and all', () => {
  const header = 'id,"text, long",label';
  const at = (character: number) => headerCellAt(header, character, 'csv')?.index;
  expect([0, 2, 3, 9, 14, 15, 21, 40].map(at)).toEqual([0, 0, 1, 1, 1, 1, 2, undefined]);
  expect(headerCellAt(header, 16, 'csv')).toEqual({ index: 2, start: 16, end: 21 });
});

it('knows the separators that spreadsheets write', () => {
  expect(headerCellAt('a;b;c', 4, 'csv')?.index).toBe(2);
  expect(headerCellAt('a\tb', 3, 'csv')?.index).toBe(1);
  expect(headerCellAt('a;b,c', 3, 'csv')?.index).toBe(0);
  expect(headerCellAt('a,b\tc', 4, 'tsv')?.index).toBe(1);
});

it('finds the key of an object under a character, not a value', () => {
  const line = '{"text": "a \\"label\\": b", "la\\u0062el": "x"}';
  expect(keyAt(line, 3)).toEqual({ key: 'text', start: 1, end: 7 });
  expect(keyAt(line, 15)).toBeUndefined();
  expect(keyAt(line, 30)?.key).toBe('label');
  expect(keyAt(line, line.length - 2)).toBeUndefined();
  expect(keyAt('  "open', 4)).toBeUndefined();
});

import { expect, it } from 'vitest';
import { fillSection, markdownTable } from '../../bench/compare/markdown';

it('makes a table', () => {
  const lines = [
    ['', 'ms'],
    ['one', '12'],
  ];
  expect(markdownTable(lines)).toBe('|  | ms |\n| --- | --: |\n| one | 12 |');
});

it('replaces what stands in a section, again and again', () => {
  const page = 'before\n<!-- a -->old<!-- /a -->\nafter <!-- b --><!-- /b -->';
  const once = fillSection(page, 'a', 'new');
  expect(once).toBe('before\n<!-- a -->\n\nnew\n\n<!-- /a -->\nafter <!-- b --><!-- /b -->');
  expect(fillSection(once, 'a', 'new')).toBe(once);
  expect(() => fillSection(page, 'c', 'new')).toThrow('no place for c');
});

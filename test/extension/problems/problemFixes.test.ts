import { describe, expect, it } from 'vitest';
import { problemFixes } from '../../../src/extension/problems/problemFixes';
import type { Problem } from '../../../src/protocol/dataset';

const FILE = '/w/test.csv';
const TASK = '/w/a.softprompt.json';

const problem = (kind: string, row: number, related?: Problem['related']): Problem => ({
  severity: 'warning',
  kind,
  message: kind,
  place: { file: FILE, line: row + 1, row },
  related,
});
const problems = [
  problem('leaked-row', 1, { file: '/w/train.csv', line: 3, row: 2 }),
  problem('leaked-row', 5),
  problem('bad-row', 6),
  problem('unknown-label', 8, { file: TASK, line: 9 }),
  problem('empty-text', 8),
];

function fixes(line: number, taskFiles = [TASK], excluded: { line: number; row: number }[] = []) {
  return problemFixes(FILE, { problems, excluded }, { first: line, last: line }, taskFiles);
}

describe('fixes for problems of rows', () => {
  it('exclude the row, or all of its kind, or open the other place', () => {
    expect(fixes(2)).toEqual([
      {
        title: 'Exclude this row in a.softprompt.json',
        kinds: ['leaked-row'],
        target: { kind: 'rows', taskFile: TASK, file: FILE, rows: [1] },
        preferred: true,
      },
      {
        title: 'Open the other place (train.csv:3)',
        kinds: ['leaked-row'],
        target: { kind: 'link', file: '/w/train.csv', line: 3, row: 2 },
      },
      {
        title: 'Exclude all 2 rows of this kind (leaked-row) in a.softprompt.json',
        kinds: ['leaked-row'],
        target: { kind: 'rows', taskFile: TASK, file: FILE, rows: [1, 5] },
      },
    ]);
  });

  it('offer each task that uses the file, none of them before the others', () => {
    const both = fixes(6, [TASK, '/w/b.softprompt.json']).filter(({ title }) => title.includes('this row'));
    expect(both.map(({ title, preferred }) => [title, preferred])).toEqual([
      ['Exclude this row in a.softprompt.json', false],
      ['Exclude this row in b.softprompt.json', false],
    ]);
    expect(fixes(2, []).map(({ title }) => title)).toEqual(['Open the other place (train.csv:3)']);
  });

  it('exclude a row with two problems once, and lead to the label words', () => {
    expect(
      fixes(9).map(({ title, kinds, target }) => [title, kinds, 'rows' in target && target.rows]),
    ).toEqual([
      ['Exclude this row in a.softprompt.json', ['unknown-label', 'empty-text'], [8]],
      ['Open the task file at its label words (a.softprompt.json:9)', ['unknown-label'], false],
    ]);
  });

  it('say nothing of rows that cannot be read, and take excluded ones back', () => {
    expect(fixes(7)).toEqual([]);
    expect(fixes(4)).toEqual([]);
    expect(fixes(4, [TASK], [{ line: 4, row: 3 }])).toEqual([
      {
        title: 'Use this row again in a.softprompt.json',
        kinds: ['excluded'],
        target: { kind: 'rows', taskFile: TASK, file: FILE, rows: [3], include: true },
      },
    ]);
  });
});

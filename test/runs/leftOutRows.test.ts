import { expect, it } from 'vitest';
import { describeRows, leftOutRows } from '../../src/engine/runs/leftOutRows';
import type { Problem } from '../../src/protocol/dataset';

it('lists rows that could not be used and rows that the task leaves out, with their places', () => {
  const problem = (kind: string, line: number): Problem => ({
    severity: 'warning',
    kind,
    message: `${kind}.`,
    place: { file: '/w/a.csv', line, row: line - 1 },
  });
  const problems = [problem('empty-text', 4), problem('duplicate', 5)];
  const rows = leftOutRows({ problems, excluded: [{ file: '/w/a.csv', line: 9, row: 8 }] });
  expect(rows).toEqual([
    { file: '/w/a.csv', line: 4, message: 'empty-text.' },
    { file: '/w/a.csv', line: 9, message: 'Excluded in the task file.' },
  ]);
  expect(describeRows(rows, 3)).toBe(
    'a.csv:4: empty-text.\na.csv:9: Excluded in the task file.\nand 1 more, listed in run.json',
  );
  const many = Array.from({ length: 300 }, (_, row) => ({ file: '/w/a.csv', line: row + 2, row: row + 1 }));
  expect(leftOutRows({ problems: [], excluded: many })).toHaveLength(100);
});

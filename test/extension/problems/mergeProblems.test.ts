import { describe, expect, it } from 'vitest';
import { mergeProblems } from '../../../src/extension/problems/mergeProblems';
import type { Problem } from '../../../src/protocol/dataset';
import type { TaskCheck } from '../../../src/protocol/requests';

const FILE = '/w/test.csv';

const problem = (kind: string, line?: number, more: Partial<Problem> = {}): Problem => ({
  severity: 'warning',
  kind,
  message: `${kind}!`,
  place: { file: FILE, line, row: line && line - 1 },
  ...more,
});

/** What a task's check says that reads the file under this label column. */
function check(problems: Problem[], excluded: number[] = [], train = '/w/train.csv', column = 'label') {
  const task = { target: { kind: 'label', column }, data: { train, test: FILE } };
  return {
    problems,
    excluded: excluded.map((row) => ({ file: FILE, row, line: row + 1 })),
    task,
  } as unknown as TaskCheck;
}

const merged = (inspected: Problem[], checks: TaskCheck[], target = 'label') =>
  mergeProblems(FILE, { problems: inspected, target }, checks);
const shown = (...found: Parameters<typeof merged>) =>
  merged(...found).problems.map(({ kind, place }) => `${kind} ${place.line}`);

describe('problems of a dataset', () => {
  it('are those of the file alone where no task reads it', () => {
    const unread = { problems: [problem('no-rows')] };
    expect(shown([problem('missing-label', 4), problem('rare-class')], [])).toEqual([
      'rare-class undefined',
      'missing-label 4',
    ]);
    expect(shown([problem('missing-label', 4)], [unread])).toEqual(['no-rows undefined', 'missing-label 4']);
  });

  it('stand there once, in the order of lines, without those of other files', () => {
    const elsewhere = problem('leaked-row', 2, { place: { file: '/w/other.csv', line: 2 } });
    const inspected = [problem('bad-row', 9), problem('empty-text', 5), problem('duplicate', 7)];
    const task = check([
      problem('bad-row', 9),
      problem('leaked-row', 3),
      problem('empty-text', 5),
      elsewhere,
    ]);
    expect(shown(inspected, [task, task])).toEqual([
      'leaked-row 3',
      'empty-text 5',
      'duplicate 7',
      'bad-row 9',
    ]);
  });

  it('are the tasks’ to say where labels and texts are concerned', () => {
    const inspected = [problem('missing-label', 2), problem('contradiction', 3), problem('bad-encoding', 4)];
    expect(shown(inspected, [check([], [], FILE, 'other')])).toEqual(['bad-encoding 4']);
    expect(shown(inspected, [check([])])).toEqual(['contradiction 3', 'bad-encoding 4']);
  });

  it('of rare classes matter in training files', () => {
    expect(shown([problem('rare-class')], [check([])])).toEqual([]);
    expect(shown([problem('rare-class')], [check([], [], FILE)])).toEqual(['rare-class undefined']);
  });

  it('are gone where all tasks leave the row out, or the one it repeats', () => {
    const related = { file: FILE, line: 3, row: 2 };
    const inspected = [problem('duplicate', 7, { related }), problem('bad-encoding', 3)];
    const one = check([], [2]);
    expect(merged(inspected, [one])).toEqual({ problems: [], excluded: [{ row: 2, line: 3 }] });
    expect(merged(inspected, [one, check([])]).excluded).toEqual([]);
    expect(shown(inspected, [one, check([])])).toEqual(['bad-encoding 3', 'duplicate 7']);
  });
});

import { expect, it } from 'vitest';
import { ProblemActions } from '../../../src/extension/problems/problemActions';
import { FakeDocument, Position, Range } from '../fakeVscode';

const FILE = '/w/a.csv';

it('offers nothing for rows of an edited file, where another row may stand by now', async () => {
  const problem = { kind: 'duplicate', place: { file: FILE, line: 3, row: 2 }, message: '' };
  const actions = new ProblemActions(
    { of: () => ({ problems: [problem], excluded: [] }) } as never,
    { using: async () => [{ file: '/w/a.softprompt.json' }] } as never,
    () => [],
  );
  const document = new FakeDocument(FILE, 'text\na\na\n');
  const offered = () =>
    actions.provideCodeActions(
      document as never,
      new Range(new Position(2, 0), new Position(2, 0)) as never,
      { diagnostics: [] } as never,
    );
  expect((await offered()).map(({ title }) => title)).toEqual(['Exclude this row in a.softprompt.json']);
  document.setText('text\nnew\na\na\n');
  expect(await offered()).toEqual([]);
});

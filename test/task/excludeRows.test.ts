import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/engine/data/dataset';
import { checkTask } from '../../src/engine/task/checkTask';
import { excludeRows } from '../../src/engine/task/excludeRows';
import { Exclusions, fitsMark, rowMark } from '../../src/engine/task/exclusions';
import { prepareResolvedTask, prepareTask } from '../../src/engine/task/prepareTask';
import type { ExcludeRequest } from '../../src/protocol/requests';
import { supportCsv, workspace } from './workspace';

async function taskWith(task: object | string, files: Record<string, string>) {
  const text = typeof task === 'string' ? task : JSON.stringify(task, null, 2);
  const folder = await workspace({ ...files, 'a.softprompt.json': text });
  const taskFile = join(folder, 'a.softprompt.json');
  const at = (name: string) => join(folder, name);
  const exclude = (request: Partial<ExcludeRequest> & { rows: number[] }) =>
    excludeRows({ taskFile, text, file: at('data.csv'), ...request });
  return { folder, taskFile, text, at, exclude };
}

const data = { 'data.csv': supportCsv(40) };
const mark = (i: number) => `Message number ${i}, please answer me soon.`;

describe('rows that a task leaves out', () => {
  it('are in no part, are counted, and leave the split of the others as it was', async () => {
    const before = await taskWith({ model: 'm', data: 'data.csv' }, data);
    const all = await prepareTask(before.taskFile);
    const rows = [all.train[3]!, all.validation[0]!, all.test[1]!].map(({ row }) => row);
    await writeFile(before.taskFile, await before.exclude({ rows }));

    const fewer = await prepareTask(before.taskFile);
    for (const side of ['train', 'validation', 'test'] as const) {
      expect(fewer[side]).toEqual(all[side].filter(({ row }) => !rows.includes(row)));
    }
    expect(fewer.leftOut).toEqual({ count: 3, reasons: { excluded: 3 } });
    expect(fewer.excluded.map(({ row, line }) => [row, line])).toEqual(
      [...rows].sort((a, b) => a - b).map((row) => [row, row + 1]),
    );
    expect(fewer.warnings).toEqual([]);
    const again = await prepareResolvedTask(JSON.parse(JSON.stringify(fewer.task)));
    expect(again.train).toEqual(fewer.train);
    expect((await checkTask(before.taskFile)).problems).toEqual([]);
  });

  it('can be thousands at once, and taken back at once', { timeout: 10_000 }, async () => {
    const { exclude, taskFile } = await taskWith(
      { model: 'm', data: { train: 'data.csv', exclude: { 'data.csv': { 7: mark(6) } } } },
      { 'data.csv': supportCsv(5_000) },
    );
    const rows = Array.from({ length: 4_900 }, (_, i) => i + 10);
    const text = await exclude({ rows });
    const { data } = JSON.parse(text) as { data: { exclude: Record<string, Record<string, string>> } };
    expect(Object.entries(data.exclude['data.csv']!).slice(0, 3)).toEqual([
      ['7', mark(6)],
      ['10', mark(9)],
      ['11', mark(10)],
    ]);
    await writeFile(taskFile, text);
    expect((await prepareTask(taskFile)).leftOut.reasons).toEqual({ excluded: 4_901 });
    const back = JSON.parse(await exclude({ text, rows, include: true })) as typeof data & {
      data: typeof data;
    };
    expect(back.data.exclude).toEqual({ 'data.csv': { 7: mark(6) } });
  });

  it('are taken back, and added to, where the task file writes the file in another way', async () => {
    const data = { train: './data.csv', exclude: { 'data.csv': { 7: mark(6) } } };
    const { exclude } = await taskWith({ model: 'm', data }, { 'data.csv': supportCsv(40) });
    expect(JSON.parse(await exclude({ rows: [9] })).data.exclude).toEqual({
      'data.csv': { 7: mark(6), 9: mark(8) },
    });
    expect(JSON.parse(await exclude({ rows: [7], include: true })).data.exclude).toBeUndefined();
  });

  it('are looked for quickly where a row was put in before them all', { timeout: 10_000 }, async () => {
    const rows = Array.from({ length: 500 }, (_, i) => i);
    const exclude = { 'data.csv': Object.fromEntries(rows.map((i) => [i + 1, mark(i)])) };
    const { taskFile } = await taskWith(
      { model: 'm', data: { train: 'data.csv', exclude } },
      { 'data.csv': supportCsv(20_000).replace('\n', '\nNew,billing\n') },
    );
    const { problems } = await checkTask(taskFile);
    const moved = problems.filter(({ kind }) => kind === 'exclude-unmatched');
    expect(moved).toHaveLength(500);
    expect(moved.at(-1)!.suggestion).toBe('501');
  });

  it('are left out of files of their own, too, also where they have no text', async () => {
    const exclude = { 'test.csv': { 2: '', 1: 'Other number 0,…' } };
    const { taskFile } = await taskWith(
      { model: 'm', data: { train: 'data.csv', test: 'test.csv', exclude } },
      { ...data, 'test.csv': `${supportCsv(1, undefined, 'Other')},billing\nNew,billing\n` },
    );
    const { test, problems, leftOut } = await prepareTask(taskFile);
    expect(test.map(({ row }) => row)).toEqual([3]);
    expect([problems, leftOut.reasons]).toEqual([[], { excluded: 2 }]);
  });

  it('are reported, and used, where the dataset has changed', async () => {
    const exclude = { 'data.csv': { 3: mark(2), 7: 'Nothing says so' }, 'other.csv': {} };
    const { taskFile, at } = await taskWith({ model: 'm', data: { train: 'data.csv', exclude } }, data);
    await writeFile(
      at('data.csv'),
      supportCsv(40).replace('text,label\n', 'text,label\nNew first,billing\n'),
    );
    const prepared = await prepareTask(taskFile);
    expect(prepared.leftOut.count).toBe(0);
    expect(prepared.warnings[0]?.message).toBe(
      '2 rows that the task excludes are not in the dataset as written, and not left out.',
    );
    const { problems } = await checkTask(taskFile);
    expect(
      problems.map(({ kind, place, hint, suggestion }) => [kind, place.file, place.line, hint, suggestion]),
    ).toEqual([
      ['exclude-unmatched', taskFile, 7, 'Row 4 begins so now.', '4'],
      ['exclude-unmatched', taskFile, 8, 'Remove the entry, or correct it.', undefined],
      ['exclude-unknown-file', taskFile, 10, undefined, undefined],
    ]);
  });

  it('must be numbers, with texts', async () => {
    const wrong = async (exclude: unknown) => {
      const { taskFile } = await taskWith({ model: 'm', data: { train: 'data.csv', exclude } }, data);
      return (await checkTask(taskFile)).problems.map(({ message }) => message);
    };
    expect(await wrong({ 'data.csv': { '01': 'x' } })).toEqual(['"01": rows are counted from 1, in quotes.']);
    expect(await wrong({ 'data.csv': { 1: 5 } })).toEqual(['"1" must be a text in quotes.']);
    expect(await wrong({ 'data.csv': [1] })).toEqual(['"data.csv" must be an object in { }.']);
  });
});

describe('excludeRows', () => {
  it('makes room in a task with one file', async () => {
    const { exclude } = await taskWith('{\n  // mine\n  "model": "m",\n  "data": "data.csv"\n}\n', data);
    expect(await exclude({ rows: [12] })).toBe(`{
  // mine
  "model": "m",
  "data": {
    "train": "data.csv",
    "exclude": {
      "data.csv": {
        "12": "${mark(11)}"
      }
    }
  }
}
`);
  });

  it('adds rows in their order and keeps comments and tabs; takes them back', async () => {
    const task = `{
\t"model": "m",
\t"data": {
\t\t"train": "./data.csv", // ours
\t\t"exclude": {
\t\t\t"./data.csv": {
\t\t\t\t// a joke
\t\t\t\t"5": "${mark(4)}"
\t\t\t}
\t\t}
\t}
}
`;
    const { exclude } = await taskWith(task, data);
    const more = await exclude({ rows: [9, 2] });
    expect(more).toContain(`// a joke
\t\t\t\t"5": "${mark(4)}",
\t\t\t\t"9": "${mark(8)}"
\t\t\t}`);
    expect(more).toContain(`"2": "${mark(1)}",`);
    expect(more).toContain('// ours');
    expect(await exclude({ text: more, rows: [9, 2], include: true })).toBe(task);
    // The comment keeps its place open; without one nothing is left of the last entry.
    expect(await exclude({ rows: [5], include: true })).toContain('// a joke');
    const bare = task.replace('\t\t\t\t// a joke\n', '');
    expect(
      JSON.parse(await exclude({ text: bare.replace(' // ours', ''), rows: [5], include: true })),
    ).toEqual({
      model: 'm',
      data: { train: './data.csv' },
    });
  });

  it('says what is not there', async () => {
    const { exclude, at } = await taskWith({ model: 'm', data: 'data.csv' }, { ...data, 'b.csv': 'a\nb\n' });
    await expect(exclude({ rows: [41] })).rejects.toThrow('There is no usable row 41.');
    await expect(exclude({ rows: [1], file: at('b.csv') })).rejects.toThrow('The task does not use b.csv.');
    await expect(exclude({ rows: [1], text: '{' })).rejects.toThrow();
  });
});

const rowOf = (values: Record<string, string>, i: number) => ({ row: i + 1, line: i + 2, values });

describe('marks', () => {
  const columns = ['text', 'title'];

  it('are looked for among all rows as they are in one', () => {
    const word = fc.constantFrom('', 'a', 'a b', 'a  b c', 'b…', 'x'.repeat(70), 'x'.repeat(59));
    const row = fc.record({ text: word, title: word, label: word });
    const marks = fc.array(fc.constantFrom('', 'a', 'a b', 'a…', 'a b …', 'b…', '…', `${'x'.repeat(60)}…`));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), marks, (rows, wanted) => {
        const dataset = { file: 'a', length: rows.length, rowAt: (i: number) => rowOf(rows[i]!, i) };
        const entries = wanted.map((mark, i) => [100 + i, mark] as const);
        const found = new Exclusions(Object.fromEntries(entries), columns).unmatched(dataset as Dataset);
        const expected = entries.map(([row, mark]) => {
          const fitting = rows.flatMap((values, i) => (fitsMark(values, mark, columns) ? [i + 1] : []));
          return { file: 'a', row, ...(fitting.length === 1 && { movedTo: fitting[0] }) };
        });
        expect(found).toEqual(expected);
      }),
    );
  });

  it('are the beginning of the longest text', () => {
    expect(rowMark({ title: 'Hi', text: ' two\n  lines ', label: 'a much longer label' }, columns)).toBe(
      'two lines',
    );
    expect(rowMark({ title: '', text: 'x'.repeat(61) }, columns)).toBe(`${'x'.repeat(60)}…`);
    expect(rowMark({ title: ' ', text: '' }, columns)).toBe('');
  });

  it('fit the row they were made of, whatever else changes in it, and no other', () => {
    const values = { text: `${'word '.repeat(30)}`, title: 'Hi', label: 'a' };
    const mark = rowMark(values, columns);
    expect(fitsMark(values, mark, columns)).toBe(true);
    expect(fitsMark({ ...values, label: 'b', id: '7' }, mark, ['title'])).toBe(true);
    expect(fitsMark({ ...values, text: 'other' }, mark, columns)).toBe(false);
    expect(fitsMark({ text: 'Yes, but', label: 'a' }, 'Yes', columns)).toBe(false);
    expect(fitsMark({ text: '', title: ' ', label: 'a' }, '', columns)).toBe(true);
    expect(fitsMark({ text: 'x', title: '', label: 'a' }, '', columns)).toBe(false);
  });
});

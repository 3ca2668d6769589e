import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareResolvedTask, prepareTask } from '../../src/engine/task/prepareTask';
import { SoftpromptError } from '../../src/protocol/errors';
import { supportCsv, workspace } from './workspace';

async function prepare(task: object, files: Record<string, string>) {
  const folder = await workspace({ ...files, 'support.softprompt.json': JSON.stringify(task, null, 2) });
  return prepareTask(join(folder, 'support.softprompt.json'));
}

const minimal = { model: 'm', data: 'support.csv' };

describe('prepareTask', () => {
  it('makes a whole task of model and data', async () => {
    const prepared = await prepare(minimal, { 'support.csv': supportCsv(100) });
    const { task } = prepared;
    expect(task).toMatchObject({
      name: 'support',
      model: 'm',
      template: '{text}\nLabel:',
      target: { kind: 'label', column: 'label', score: 'first-token' },
      method: {
        virtualTokens: 20,
        init: { from: 'text', text: 'Classify the text as billing or delivery.' },
        placement: 'before',
      },
      training: { length: { steps: 100 }, batch: { rows: 16 }, decay: 'linear', evaluateEvery: 10, seed: 0 },
      evaluation: { fewShot: 4, zeroShot: true },
    });
    expect(task.data.train).toMatch(/support\.csv$/);
    expect([prepared.train.length, prepared.validation.length, prepared.test.length]).toEqual([70, 10, 20]);
    expect(prepared.labels).toEqual(['billing', 'delivery']);
    expect(Object.keys(prepared.hashes)).toEqual([task.data.train]);
    const first = prepared.train[0]!;
    expect(first).toEqual({
      row: first.row,
      line: first.row + 1,
      file: task.data.train,
      values: { text: `Message number ${first.row - 1}, please answer me soon.` },
      target: first.row % 2 ? 'billing' : 'delivery',
    });
  });

  it('gives the same rows again from the resolved task', async () => {
    const prepared = await prepare(minimal, { 'support.csv': supportCsv(50) });
    const again = await prepareResolvedTask(JSON.parse(JSON.stringify(prepared.task)));
    for (const side of ['train', 'validation', 'test', 'labels', 'hashes'] as const) {
      expect(again[side]).toEqual(prepared[side]);
    }
  });

  it('keeps what the task file says', async () => {
    const written = {
      ...minimal,
      data: { train: 'support.csv', split: { test: 0.3, validation: 0.2, seed: 5 } },
      template: 'Message: {text}\nTeam:',
      target: {
        column: 'label',
        kind: 'label',
        words: { billing: 'money', delivery: 'parcel' },
        score: 'whole-label',
      },
      limit: 64,
      method: { virtualTokens: 5, init: { from: 'vocabulary' } },
      training: { epochs: 2, batchTokens: 512, learningRate: 0.1, patience: 3, seed: 7 },
      evaluation: { fewShot: 0, zeroShot: false, hardPrompt: 'Sort.', maxRows: 6 },
    };
    const { task, test } = await prepare(written, { 'support.csv': supportCsv(100) });
    expect(task).toMatchObject({
      data: { split: { test: 0.3, validation: 0.2, seed: 5 } },
      template: 'Message: {text}\nTeam:',
      target: written.target,
      limit: 64,
      method: { virtualTokens: 5, init: { from: 'vocabulary' } },
      training: { length: { epochs: 2 }, batch: { tokens: 512 }, learningRate: 0.1, patience: 3, seed: 7 },
      evaluation: written.evaluation,
    });
    expect(test).toHaveLength(6);
    expect(test.filter((row) => row.target === 'billing')).toHaveLength(3);
  });

  it('takes a column of sentences as free text', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `Question ${i}?,"The answer to it is ${i} times ${i}."`,
    );
    const { task, labels } = await prepare(minimal, {
      'support.csv': `question,answer\n${rows.join('\n')}\n`,
    });
    expect(task.target).toEqual({ kind: 'text', column: 'answer', maxTokens: 16 });
    expect(task.method.init).toEqual({ from: 'text', text: 'Write the answer for the question.' });
    expect(labels).toEqual([]);
  });

  it('takes files for validation and test, and says what is wrong with them', async () => {
    const prepared = await prepare(
      { model: 'm', data: { train: 'train.csv', validation: 'val.csv', test: 'test.csv' } },
      {
        'train.csv': supportCsv(20),
        'val.csv': supportCsv(4, undefined, 'Other'),
        'test.csv': `${supportCsv(2, ['billing', 'returns'], 'New')}"Message number 3, please answer me soon.",delivery\n`,
      },
    );
    expect([prepared.train.length, prepared.validation.length, prepared.test.length]).toEqual([20, 4, 3]);
    expect(prepared.labels).toEqual(['billing', 'delivery', 'returns']);
    expect(prepared.problems.map(({ kind, place }) => [kind, place.line])).toEqual([
      ['unseen-class', 3],
      ['leaked-row', 4],
    ]);
    expect(prepared.warnings.map(({ message }) => message)).toEqual([
      '1 test row has the same text as a training row.',
      'No training row has the class "returns".',
    ]);
    expect(Object.keys(prepared.hashes)).toHaveLength(3);
  });

  it('says of each held-out row where its text was learned, and of all how many they are', async () => {
    const learned = supportCsv(3);
    const prepared = await prepare(
      { model: 'm', data: { train: 'train.csv', validation: 'val.csv', test: 'test.csv' } },
      {
        'train.csv': supportCsv(20),
        'val.csv': `${learned}"Only here",returns\n`,
        'test.csv': `${supportCsv(2, undefined, 'New')}"Only there",refund\n`,
      },
    );
    expect(prepared.problems.map(({ message }) => message)).toEqual([
      ...[2, 3, 4].map(
        (line) => `This validation row has the same text as a training row (train.csv, line ${line}).`,
      ),
      'No training row has the class "returns" of this validation row.',
      'No training row has the class "refund" of this test row.',
    ]);
    expect(prepared.warnings.map(({ message }) => message)).toEqual([
      '3 validation rows have the same text as a training row.',
      'No training row has the classes "refund", "returns".',
    ]);
  });

  it('leaves out rows without text or label, and counts them', async () => {
    const csv = `${supportCsv(30)},billing\nno label,\n" ",\nthree,cells,here\n`;
    const { leftOut, problems, train, validation, test } = await prepare(minimal, { 'support.csv': csv });
    expect(train.length + validation.length + test.length).toBe(30);
    expect(leftOut).toEqual({
      count: 4,
      reasons: { 'wrong number of cells': 1, 'no text': 1, 'no target': 2 },
    });
    expect(problems.map(({ kind, place }) => [kind, place.line])).toEqual([
      ['bad-row', 35],
      ['empty-text', 32],
      ['missing-label', 33],
      ['missing-label', 34],
    ]);
  });

  it('never puts one text on two sides', async () => {
    const csv = `${supportCsv(30)}${supportCsv(30).slice('text,label\n'.length)}`;
    const { problems } = await prepare(minimal, { 'support.csv': csv });
    expect(problems).toEqual([]);
  });

  it.each([
    [
      { ...minimal, template: 'Hi\n\\ "{txt}"' },
      '{"line":4,"column":25',
      'The dataset has no column "txt".',
      'Did you mean "text"?',
    ],
    [
      { ...minimal, template: '{text' },
      '{"line":4,"column":16',
      'There is a single { in the template.',
      undefined,
    ],
    [
      { ...minimal, template: '{text} {label}' },
      '{"line":4,"column":23',
      'The template shows the answer',
      undefined,
    ],
    [
      { ...minimal, target: 'lable' },
      '{"line":4,"column":13',
      'The dataset has no column "lable".',
      'Did you mean "label"?',
    ],
    [
      { ...minimal, target: { column: 'class', kind: 'label' } },
      '{"line":5,"column":15',
      'The dataset has no column "class".',
      'There is: text, label.',
    ],
  ])('says where the task and the data disagree (%#)', async (task, place, message, hint) => {
    const error = await prepare(task, { 'support.csv': supportCsv(20) }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SoftpromptError);
    const { details, message: said } = error as SoftpromptError;
    expect(said).toContain(message);
    const { line, column } = details.place!;
    expect(JSON.stringify({ line, column })).toContain(place);
    if (hint) expect(details.hint).toBe(hint);
  });

  it.each([
    ['', 'The file is empty.', expect.stringContaining('One example is one row')],
    ['text,label\n', 'The file has no rows.', undefined],
    [
      'text,label\na\n',
      'No row of the file can be used.',
      'Line 2: The row has 1 cell, the header 2. The row is left out.',
    ],
    [
      'text,label\na,\nb,\n',
      'It is not clear which column is to be predicted.',
      expect.stringContaining('text, label'),
    ],
    ['label,text\na,x\nb,y\na,z\n', 'No rows are left for validation.', expect.stringContaining('Add rows')],
  ])('says when there is nothing to learn (%#)', async (csv, message, hint) => {
    const error = await prepare(minimal, { 'support.csv': csv }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SoftpromptError);
    expect((error as SoftpromptError).message).toBe(message);
    expect((error as SoftpromptError).details.hint).toEqual(hint);
  });

  it('needs two classes', async () => {
    await expect(
      prepare(
        { ...minimal, target: { column: 'label', kind: 'label' } },
        { 'support.csv': supportCsv(30, ['x']) },
      ),
    ).rejects.toThrow('All rows have the same label: "x".');
  });

  it('leaves out rows of a file that "exclude" writes in two ways', async () => {
    const row = (i: number) => `Message number ${i}, please answer me soon.`;
    const exclude = { 'support.csv': { 3: row(2) }, './support.csv': { 5: row(4) } };
    const { excluded, unmatched } = await prepare(
      { model: 'm', data: { train: 'support.csv', exclude } },
      { 'support.csv': supportCsv(40) },
    );
    expect([excluded.map((place) => place.row), unmatched]).toEqual([[3, 5], []]);
  });
});

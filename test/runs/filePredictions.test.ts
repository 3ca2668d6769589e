import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { readDataset } from '../../src/engine/data/readDataset';
import { writeEvaluation } from '../../src/engine/runs/fileEvaluation';
import { readFilePredictions } from '../../src/engine/runs/filePredictions';
import { writePredictions } from '../../src/engine/runs/predictionsFile';
import type { LabelMetrics } from '../../src/protocol/metrics';
import type { PredictionRecord } from '../../src/protocol/runs';

const CSV = 'text,label\nred,warm\nblue,cold\n"two\nlines",warm\n';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-'));
  file = join(folder, 'colours.csv');
  await writeFile(file, CSV);
});

const prediction = (row: number, line: number, text: string, expected: string, predicted: string) =>
  ({
    row,
    line,
    file,
    text,
    expected,
    predicted,
    correct: expected === predicted,
    confidence: 0.8,
    loss: 0.2,
    probabilities: { [predicted]: 0.8, other: 0.2 },
    cutTokens: 0,
  }) satisfies PredictionRecord;

const testedRows = () => [prediction(1, 2, 'red', 'warm', 'warm'), prediction(2, 3, 'blue', 'cold', 'warm')];

/** A run's folder with predictions of its test rows. */
async function run(name: string, predictions: PredictionRecord[], task: object = {}): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  const { hash } = await readDataset(file);
  const record = {
    version: 1,
    id: name,
    state: 'finished',
    createdAt: '2026-11-22T10:00:00.000Z',
    task: {
      name: 'colours',
      file: join(folder, 'colours.softprompt.json'),
      template: '{text}\nKind:',
      target: { kind: 'label', column: 'label' },
      ...task,
    },
    model: { name: 'm', path: 'm', hash: '0', hiddenSize: 8 },
    data: { hashes: { [file]: hash } },
    device: { threads: 1 },
    steps: 1,
    results: {},
  };
  await writeFile(join(path, 'run.json'), JSON.stringify(record));
  await writePredictions(join(path, 'predictions.jsonl'), predictions);
  return path;
}

const look = async (...runs: string[]) => readFilePredictions(await readDataset(file), runs);
const find = async (...runs: string[]) => (await look(...runs)).found;
const lines = async (...runs: string[]) =>
  (await find(...runs))?.rows.map(({ line, predicted, correct }) => `${line} ${predicted} ${correct}`);

it('takes the first run that looked at the file, and says where its rows end', async () => {
  const other = await run('other', []);
  const tested = await run('tested', [...testedRows(), prediction(3, 4, 'two\nlines', 'warm', 'cold')]);
  expect(await find(other, join(folder, 'gone'), tested)).toMatchObject({
    run: tested,
    task: 'colours',
    kind: 'label',
    stale: 0,
    rows: [
      { row: 1, line: 2, endLine: 2, correct: true, split: 'test', probabilities: { warm: 0.8 } },
      { row: 2, line: 3, endLine: 3, correct: false, expected: 'cold', predicted: 'warm' },
      { row: 3, line: 4, endLine: 5, correct: false },
    ],
  });
  expect(await find(other)).toBeNull();
});

it('leaves out rows that read otherwise, and finds those that moved', async () => {
  const tested = await run('tested', testedRows());
  await writeFile(file, CSV.replace('red', 'violet'));
  expect(await lines(tested)).toEqual(['3 warm false']);
  expect(await find(tested)).toMatchObject({ stale: 1 });
  await writeFile(file, CSV.replace('text,label\n', 'text,label\ngrey,cold\n'));
  expect(await lines(tested)).toEqual(['3 warm true', '4 warm false']);
});

it('judges an answer by the label that the row has now', async () => {
  const tested = await run('tested', testedRows());
  await writeFile(file, CSV.replace('blue,cold', 'blue,warm'));
  expect(await lines(tested)).toEqual(['2 warm true', '3 warm true']);
});

it('compares whole prompts where several columns are read', async () => {
  const task = { template: '{text} ({more})' };
  await writeFile(file, 'text,more,label\nred,light,warm\nblue,dark,cold\n');
  const tested = await run('tested', [prediction(2, 3, 'blue (dark)', 'cold', 'warm')], task);
  await writeFile(file, 'text,more,label\nred,deep,warm\nblue,dark,cold\n');
  expect(await lines(tested)).toEqual(['3 warm false']);
  await writeFile(file, 'text,more,label\nred,light,warm\nblue,pale,cold\n');
  expect(await lines(tested)).toBeUndefined();
});

it('prefers an evaluation of the whole file, unless the run has another prompt since', async () => {
  const tested = await run('tested', testedRows());
  const all = [
    ...testedRows(),
    { ...prediction(3, 4, 'two\nlines', 'warm', 'cold'), split: 'train' as const },
  ];
  const { hash } = await readDataset(file);
  const metrics = {} as LabelMetrics;
  await writeEvaluation(tested, { file, hash, evaluatedAt: new Date().toISOString(), metrics }, all);
  expect(await lines(tested)).toHaveLength(3);
  expect((await find(tested))?.rows.at(-1)?.split).toBe('train');

  await new Promise((resolve) => setTimeout(resolve, 30));
  await mkdir(join(tested, 'adapter'));
  await writeFile(join(tested, 'adapter/adapter_model.safetensors'), 'newer');
  expect(await lines(tested)).toHaveLength(2);
  await rm(join(tested, 'predictions.jsonl'));
  expect(await lines(tested)).toBeUndefined();
});

it('names what is damaged of answers that would count more', async () => {
  const older = await run('older', testedRows());
  const newer = await run('newer', testedRows());
  const tested = join(newer, 'predictions.jsonl');
  await appendFile(tested, '{"row": 3, "li');
  expect(await look(newer, older)).toMatchObject({
    found: { run: older },
    damaged: [{ run: newer, file: tested, line: 3 }],
  });

  const { hash } = await readDataset(file);
  const metrics = { rows: 2 } as LabelMetrics;
  await writeEvaluation(older, { file, hash, evaluatedAt: new Date().toISOString(), metrics }, testedRows());
  const names = (await readdir(join(older, 'evaluations'))).map((name) => join(older, 'evaluations', name));
  const [summary, rows] = [
    names.find((name) => name.endsWith('.json'))!,
    names.find((name) => name.endsWith('l'))!,
  ];
  expect((await look(older)).damaged).toEqual([]);
  await writePredictions(rows, testedRows().slice(1));
  expect((await look(older)).damaged).toEqual([{ run: older, file: rows }]);
  await writeFile(summary, '');
  expect(await look(older)).toMatchObject({
    found: { rows: [{ split: 'test' }, { split: 'test' }] },
    damaged: [{ run: older, file: summary }],
  });
});

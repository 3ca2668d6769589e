import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspectDataset } from '../../src/engine/data/inspect';
import { readDataset } from '../../src/engine/data/readDataset';
import { startRun } from '../../src/engine/runs/startRun';
import { checkTask } from '../../src/engine/task/checkTask';
import { draftTask } from '../../src/engine/task/draftTask';
import { previewRow } from '../../src/engine/task/previewRow';
import type { PredictionRecord } from '../../src/protocol/runs';
import { writeTinyTask } from './tinyTask';

let folder: string;
let parquet: string;

// The same rows, once as CSV and once as Parquet.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-parquet-run-'));
  await writeTinyTask(folder);
  const csv = await readDataset(join(folder, 'tiny.csv'));
  parquet = join(folder, 'tiny.parquet');
  const columnData = csv.columns.map((name) => ({ name, data: [...csv.column(name)!] }));
  await writeFile(parquet, new Uint8Array(parquetWriteBuffer({ columnData })));
});
afterAll(() => rm(folder, { recursive: true }));

it('summarises a Parquet file, drafts a task for it and finds nothing wrong with that', async () => {
  const { columns, rows, suggested, problems } = await inspectDataset(parquet);
  const csv = await inspectDataset(join(folder, 'tiny.csv'));
  expect({ columns, rows, suggested, problems }).toEqual({
    columns: csv.columns,
    rows: csv.rows,
    suggested: csv.suggested,
    problems: [],
  });
  const { text, file } = await draftTask(parquet);
  expect(JSON.parse(text)).toMatchObject({ data: 'tiny.parquet', target: 'label' });
  expect((await checkTask(file, text)).problems).toEqual([]);
});

it('names a row of Parquet by its number: it has no lines', async () => {
  const file = join(folder, 'twins.parquet');
  const columnData = [
    { name: 'text', data: ['late', 'broken', 'late', 'open', 'lost', 'gone'] },
    { name: 'label', data: ['a', 'b', 'a', 'b', 'a', 'b'] },
  ];
  await writeFile(file, new Uint8Array(parquetWriteBuffer({ columnData })));
  const { problems } = await inspectDataset(file);
  expect(problems.filter(({ kind }) => kind === 'duplicate')).toMatchObject([
    { message: 'The same text as in row 1.', place: { row: 3 }, related: { row: 1 } },
  ]);
});

it('shows a row’s prompt as with CSV', async () => {
  const task = await writeTinyTask(folder);
  const preview = (file?: string) => previewRow(task, 7, { cacheFolder: folder, file });
  expect(await preview(parquet)).toEqual(await preview());
});

it('trains to the same numbers as with CSV', async () => {
  const run = async (data: string) => {
    const task = await writeTinyTask(folder, { data });
    let predictions: PredictionRecord[] = [];
    const { results } = await startRun(task, {
      cacheFolder: join(folder, 'cache'),
      threads: 1,
      onPredictions: (answered) => {
        if (answered.split === 'test') predictions = answered.predictions;
      },
    });
    return { results, predictions };
  };
  const fromCsv = await run('tiny.csv');
  const fromParquet = await run('tiny.parquet');
  expect(fromParquet.results.tuned).toEqual(fromCsv.results.tuned);
  expect(fromParquet.predictions.map(({ row, text, predicted }) => [row, text, predicted])).toEqual(
    fromCsv.predictions.map(({ row, text, predicted }) => [row, text, predicted]),
  );
  // A row of Parquet has no line; its number stands for it.
  expect(fromParquet.predictions.every(({ row, line }) => line === row)).toBe(true);
});

import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostClient } from '../../src/extension/host/hostClient';
import { buildHost, keepingLog } from './builtHost';
import { type TinyWorkspace, tinyWorkspace } from './tinyWorkspace';

let workspace: TinyWorkspace;
let client: HostClient;
let folder: string;

beforeAll(async () => {
  workspace = await tinyWorkspace();
  const script = await buildHost('rows');
  const settings = () => ({ cacheFolder: workspace.cacheFolder, threads: 1 });
  client = new HostClient({ script, settings, log: keepingLog() });
  const ended = new Promise<void>((resolve) => {
    client.on('run/event', ({ event }) => {
      if (event.type === 'state' && event.state === 'finished') resolve();
    });
  });
  ({ folder } = await client.request('training/start', { taskFile: workspace.taskFile }));
  await ended;
});
afterAll(() => client.dispose());

const predictions = async (file = workspace.dataset) =>
  (await client.request('dataset/predictions', { file, runs: [folder] })).found;

describe('rows of a dataset', () => {
  it('are measured as their previews are', async () => {
    const { taskFile, dataset: file } = workspace;
    const { rows, limit } = await client.request('dataset/rows', {
      ...{ file, taskFile },
      ...{ firstLine: 3, lastLine: 5 },
    });
    expect(rows.map(({ row, line }) => [row, line])).toEqual([
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
    const preview = await client.request('dataset/preview', { taskFile, file, line: 4 });
    expect(preview).toMatchObject({ row: 3, tokens: rows[1]?.tokens, cutTokens: 0 });
    expect(limit).toBeGreaterThan(rows[1]!.tokens!);
    const without = await client.request('dataset/rows', { file, firstLine: 2, lastLine: 2 });
    expect(without).toEqual({ rows: [{ row: 1, line: 2, endLine: 2 }] });
  });

  it('are asked for by row or by line, not both', async () => {
    const { taskFile } = workspace;
    await expect(client.request('dataset/preview', { taskFile })).rejects.toThrow(/row or a line/);
    await expect(client.request('dataset/preview', { taskFile, row: 1, line: 2 })).rejects.toThrow();
  });

  it('show the answers of a test, then those of an evaluation of the whole file', async () => {
    const tested = await predictions();
    expect(tested?.rows.length).toBeGreaterThan(0);
    expect(new Set(tested?.rows.map(({ split }) => split))).toEqual(new Set(['test']));
    const recordBefore = await readFile(`${folder}/run.json`, 'utf8');

    const phases: string[] = [];
    client.on('evaluate/progress', (told) => {
      expect(told).toMatchObject({ folder, file: workspace.dataset });
      phases.push(told.phase);
    });
    const evaluation = await client.request('evaluate/file', { folder, file: workspace.dataset });
    expect(evaluation).toMatchObject({ metrics: { kind: 'label', rows: 60 }, unknownLabels: 0 });
    expect(phases).toContain('answering rows');
    expect(await readFile(`${folder}/run.json`, 'utf8')).toBe(recordBefore);

    const all = await predictions();
    expect(all?.rows.map(({ row }) => row)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    const held = all!.rows.filter(({ split }) => split === 'test');
    expect(held.map(({ row, predicted }) => [row, predicted])).toEqual(
      tested!.rows.map(({ row, predicted }) => [row, predicted]),
    );
    expect(all!.rows.some(({ split }) => split === 'train')).toBe(true);
  });

  it('are held out still where the file has changed, if the run was tested on them: they are not drawn anew', async () => {
    const file = workspace.dataset;
    const before = await readFile(file, 'utf8');
    const heldOut = async (): Promise<unknown[]> =>
      (await predictions())!.rows.filter(({ split }) => split === 'test').map(({ row }) => row);
    const rows = await heldOut();
    try {
      // A label set right parts the classes otherwise.
      await writeFile(file, before.replace('number 0",good', 'number 0",bad'));
      await client.request('evaluate/file', { folder, file });
      expect(await heldOut()).toEqual(rows);
      await expect(client.request('evaluate', { folder })).rejects.toMatchObject({
        code: 'run-invalid',
        message: expect.stringContaining('mood.csv has changed since the run'),
      });
    } finally {
      await writeFile(file, before);
    }
  });

  it('are answered in a file that the run has not seen; labels it does not know are left out', async () => {
    const file = workspace.dataset.replace('mood.csv', 'other.csv');
    await writeFile(file, 'text,mood\na kind word,good\na sour one,bad\nno idea,odd\n');
    const { metrics, unknownLabels } = await client.request('evaluate/file', { folder, file });
    expect([metrics.rows, unknownLabels]).toEqual([2, 1]);
    const found = await predictions(file);
    expect(found?.rows.map(({ line, split }) => [line, split])).toEqual([
      [2, undefined],
      [3, undefined],
    ]);
  });

  it('are not evaluated further once that was cancelled', async () => {
    const stop = new AbortController();
    const file = workspace.dataset;
    const answer = client.request('evaluate/file', { folder, file }, stop.signal);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  });
});

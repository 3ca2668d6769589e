import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLabels } from '../../src/engine/labels/checkLabels';
import { dismissLabels, readLabelReview } from '../../src/engine/labels/labelReview';
import { reviewFileOf } from '../../src/engine/labels/reviewFile';
import { excludeRows } from '../../src/engine/task/excludeRows';
import type { LabelProgress, LabelReview } from '../../src/protocol/labels';
import { PLANTED, writePlantedTask } from './plantedTask';

let folder: string;
let taskFile: string;
let csv: string;
let review: LabelReview;
const progress: Omit<LabelProgress, 'taskFile'>[] = [];

const check = (signal?: AbortSignal) =>
  checkLabels(taskFile, {
    cacheFolder: join(folder, 'cache'),
    signal,
    onProgress: (one) => progress.push(one),
  });
const rowsOf = ({ labels }: LabelReview, state = 'open') =>
  labels.filter((label) => label.state === state).map(({ row }) => row);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-labels-'));
  taskFile = await writePlantedTask(folder);
  csv = join(folder, 'signs.csv');
  review = await check();
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe('suspicious labels', () => {
  it('are most of the wrong ones, and few of the others', () => {
    const found = rowsOf(review);
    expect(found.filter((row) => (PLANTED as readonly number[]).includes(row)).length).toBeGreaterThanOrEqual(
      4,
    );
    expect(found.filter((row) => !(PLANTED as readonly number[]).includes(row)).length).toBeLessThanOrEqual(
      1,
    );
  });

  it('say how they were found, and what stands where', () => {
    const [first] = review.labels;
    const wrong = first!.row % 2 ? 'down' : 'up';
    expect(first).toEqual({
      file: csv,
      row: first!.row,
      line: first!.row + 1,
      text: `${wrong === 'down' ? 'UUUU' : 'dddd'} ${first!.row - 1}`,
      given: wrong,
      predicted: wrong === 'down' ? 'up' : 'down',
      confidence: expect.closeTo(0.95, 1),
      givenConfidence: expect.closeTo(0.05, 1),
      state: 'open',
    });
    expect(review).toMatchObject({ taskFile, rows: 60, folds: 3, steps: 40 });
    expect(review.accuracy).toBeGreaterThan(0.8);
    const shares = progress.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
    expect(progress.at(-1)).toMatchObject({ phase: 'reading rows', fold: 3, folds: 3 });
  });

  it('are the same again for the same seed, and stay dismissed', async () => {
    const [first, ...others] = rowsOf(review);
    const dismissed = await dismissLabels(taskFile, [{ file: csv, row: first! }], true);
    expect([rowsOf(dismissed!), rowsOf(dismissed!, 'dismissed')]).toEqual([others, [first]]);
    const again = await check();
    expect(again.labels.map(({ row }) => row)).toEqual(review.labels.map(({ row }) => row));
    expect(rowsOf(again, 'dismissed')).toEqual([first]);
    const back = await dismissLabels(taskFile, [{ file: csv, row: first! }], false);
    expect(rowsOf(back!)).toEqual(rowsOf(review));
  });

  it('follow the dataset: rows that move, are mended or left out', async () => {
    const [text, before] = [await readFile(csv, 'utf8'), await readFile(taskFile, 'utf8')];
    const [moved, mended, excluded, ...others] = rowsOf(review) as [number, number, number];
    await writeFile(taskFile, await excludeRows({ taskFile, text: before, file: csv, rows: [excluded] }));
    const lines = text.split('\n');
    lines[mended] = lines[mended]!.replace(/,.*/, (label) => (label === ',up' ? ',down' : ',up'));
    await writeFile(csv, lines.join('\n'));
    const now = (await readLabelReview(taskFile))!;
    expect(rowsOf(now)).toEqual([moved, ...others]);
    expect(rowsOf(now, 'gone')).toEqual([mended]);
    expect(rowsOf(now, 'excluded')).toEqual([excluded]);

    await writeFile(taskFile, before);
    await writeFile(csv, text.replace('text,label\n', 'text,label\nsomething new,up\n'));
    expect(rowsOf((await readLabelReview(taskFile))!)).toEqual(rowsOf(review).map((row) => row + 1));
    await writeFile(csv, text);
  });

  it('are not looked for when cancelled, and what was found before stays', async () => {
    const controller = new AbortController();
    const cancelled = checkLabels(taskFile, {
      cacheFolder: join(folder, 'cache'),
      signal: controller.signal,
      onProgress: ({ phase, done }) => phase === 'tuning' && done === 5 && controller.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(rowsOf((await readLabelReview(taskFile))!)).toEqual(rowsOf(review));
  });

  it('need classes, and rows enough', async () => {
    const [task, text] = [await readFile(taskFile, 'utf8'), await readFile(csv, 'utf8')];
    await writeFile(
      taskFile,
      task.replace('"target": "label"', '"target": {"column": "label", "kind": "text"}'),
    );
    await expect(check()).rejects.toMatchObject({
      code: 'task-invalid',
      message: 'The task writes texts: there are no labels to look at.',
    });
    await writeFile(taskFile, task);
    await writeFile(csv, text.split('\n').slice(0, 16).join('\n'));
    await expect(check()).rejects.toMatchObject({
      code: 'data-invalid',
      message: 'There are 15 training and validation rows, too few to find suspicious labels.',
    });
    await writeFile(csv, text);
  });

  it('are read with care', async () => {
    await writeFile(reviewFileOf(taskFile), '{"version": 1, "labels": 3}');
    await expect(readLabelReview(taskFile)).rejects.toMatchObject({ code: 'run-invalid' });
    await rm(reviewFileOf(taskFile));
    expect(await readLabelReview(taskFile)).toBeNull();
    expect(await dismissLabels(taskFile, [], true)).toBeNull();
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRun } from '../../src/engine/runs/readRuns';
import { resumeRun } from '../../src/engine/runs/resumeRun';
import { startRun } from '../../src/engine/runs/startRun';
import { ValidationRows } from '../../src/engine/runs/validationPredictions';
import { RunControl } from '../../src/engine/tuning/runControl';
import type { EvaluatedRows } from '../../src/protocol/requests';
import type { PredictionRecord, RunEvent } from '../../src/protocol/runs';
import { writeTinyTask } from './tinyTask';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-validation-'));
});
afterAll(() => rm(root, { recursive: true }));

interface Heard {
  folder: string;
  rows: EvaluatedRows[];
  events: RunEvent[];
}

/** A run to its end, or to the given step. */
async function run(stopAt = Number.POSITIVE_INFINITY): Promise<Heard> {
  const heard: Heard = { folder: '', rows: [], events: [] };
  const control = new RunControl();
  const task = await writeTinyTask(await mkdtemp(join(root, 'task-')));
  await startRun(task, {
    ...listening(heard),
    control,
    onEvent: (event) => {
      heard.events.push(event);
      if (event.type === 'step' && event.step === stopAt) control.cancel();
    },
  });
  return heard;
}

function listening(heard: Heard) {
  return {
    cacheFolder: join(root, 'cache'),
    threads: 1,
    onCreated: (folder: string) => {
      heard.folder = folder;
    },
    onEvent: (event: RunEvent) => heard.events.push(event),
    onPredictions: (rows: EvaluatedRows) => heard.rows.push(rows),
  };
}

const validations = ({ rows }: Heard) => rows.filter(({ split }) => split === 'validation');
const right = (predictions: readonly PredictionRecord[]) =>
  predictions.filter(({ correct }) => correct).length / predictions.length;

describe('the validation rows of a run', () => {
  let whole: Heard;
  beforeAll(async () => {
    whole = await run();
  });

  it('are told at each validation, as they were answered then', () => {
    const told = validations(whole);
    expect(told.map(({ step }) => step)).toEqual([0, 8, 16, 24]);
    for (const { step, predictions } of told) {
      const event = whole.events.find(
        (one) =>
          one.type === 'evaluation' &&
          one.split === 'validation' &&
          one.contender === 'tuned' &&
          one.step === step,
      );
      if (event?.type !== 'evaluation' || event.metrics.kind !== 'label') throw new Error('not validated');
      expect(predictions).toHaveLength(event.metrics.rows);
      expect(right(predictions)).toBeCloseTo(event.metrics.accuracy, 10);
      const loss = predictions.reduce((sum, one) => sum + one.loss, 0) / predictions.length;
      expect(loss).toBeCloseTo(event.metrics.loss, 10);
    }
  });

  it('know what they were answered at the validation before, and by zero-shot', () => {
    const [first, second] = validations(whole);
    expect(first!.predictions.every(({ previous, baseline }) => !previous && !baseline)).toBe(true);
    for (const [index, one] of second!.predictions.entries()) {
      const { predicted, correct } = first!.predictions[index]!;
      expect(one.previous).toEqual({ predicted, correct });
      expect(one.baseline?.contender).toBe('zero-shot');
    }
  });

  it('are in the folder, where a panel that was reloaded finds them', async () => {
    const { validation } = await readRun(whole.folder);
    expect(validation?.step).toBe(24);
    expect(validation?.predictions).toEqual(validations(whole).at(-1)!.predictions);
    expect(whole.rows.at(-1)!.split).toBe('test');
  });

  it('of steps that are made again are dropped; the resumed run ends with the same', async () => {
    const stopped = await run(18);
    const file = join(stopped.folder, 'validation-predictions.jsonl');
    expect(JSON.parse((await readFile(file, 'utf8')).split('\n')[0]!).step).toBe(16);
    await ValidationRows.from(file, 15, undefined);
    expect((await readRun(stopped.folder)).validation).toBeUndefined();
    const resumed: Heard = { folder: stopped.folder, rows: [], events: [] };
    await resumeRun(stopped.folder, listening(resumed));
    const last = validations(resumed)
      .at(-1)!
      .predictions.map(({ previous: _, ...one }) => one);
    const expected = validations(whole)
      .at(-1)!
      .predictions.map(({ previous: _, ...one }) => one);
    const moved = (rows: typeof last) => rows.map(({ file: __, ...one }) => one);
    expect(moved(last)).toEqual(moved(expected));
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateRun } from '../../src/engine/evaluation/evaluateRun';
import { openTrial } from '../../src/engine/evaluation/trial';
import { readRun } from '../../src/engine/runs/readRuns';
import { resumeRun } from '../../src/engine/runs/resumeRun';
import { runFiles } from '../../src/engine/runs/runFolder';
import type { RunOptions } from '../../src/engine/runs/runOptions';
import { readRecord } from '../../src/engine/runs/runRecord';
import { startRun } from '../../src/engine/runs/startRun';
import { RunControl } from '../../src/engine/tuning/runControl';
import type { PrecisionWish } from '../../src/protocol/precision';
import type { RunEvent } from '../../src/protocol/runs';
import { writeTinyTask } from './tinyTask';

let root: string;
let options: { cacheFolder: string; threads: number };
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-precision-run-'));
  options = { cacheFolder: join(root, 'cache'), threads: 1 };
});
afterAll(() => rm(root, { recursive: true }));

const TRAINING = { steps: 24, batchRows: 6, learningRate: 0.05, evaluateEvery: 8, checkpointEvery: 3 };

/** A run of the tiny task that asks for a precision. */
async function run(precision: PrecisionWish | undefined, more: Partial<RunOptions> = {}) {
  const folder = await mkdtemp(join(root, 'task-'));
  const task = await writeTinyTask(folder, { training: { ...TRAINING, precision } });
  let created = '';
  const record = await startRun(task, {
    ...options,
    onCreated: (path) => {
      created = path;
    },
    ...more,
  });
  return { record, folder: created };
}

async function losses(folder: string) {
  const { events } = await readRun(folder);
  return events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
}

const adapter = (folder: string) => readFile(join(runFiles(folder).adapter, 'adapter_model.safetensors'));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;

describe('a run in int8', () => {
  let float32: Awaited<ReturnType<typeof run>>;
  let int8: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    float32 = await run('float32');
    int8 = await run('int8');
  });

  it('learns, by other numbers than in float32 but close to them', async () => {
    const [exact, rounded] = [await losses(float32.folder), await losses(int8.folder)];
    expect(mean(rounded.slice(-6))).toBeLessThan(mean(rounded.slice(0, 6)) - 0.1);
    expect(rounded[0]).not.toBe(exact[0]);
    expect(Math.abs(rounded[0]! - exact[0]!)).toBeLessThan(0.02);
  });

  it('says so in run.json and in its events', async () => {
    const record = JSON.parse(await readFile(join(int8.folder, 'run.json'), 'utf8'));
    expect(record.device).toMatchObject({ precision: 'int8', precisionReason: 'as asked for' });
    const { events } = await readRun(int8.folder);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'notice', message: 'int8: as asked for.' }),
    );
  });

  it('is tested and tried again in int8, hard prompts as well', async () => {
    const { record } = await evaluateRun(int8.folder, options);
    expect(record.results).toEqual(int8.record.results);
    expect(record.results['zero-shot']!.loss).not.toBe(float32.record.results['zero-shot']!.loss);

    const { predictions } = await readRun(int8.folder);
    const answer = async () => {
      const trial = await openTrial(int8.folder, options);
      const { text } = predictions[0]!;
      const tuned = await trial.answer({ text }, { kind: 'tuned' }).finally(() => trial.close());
      return tuned.probabilities;
    };
    const inInt8 = await answer();
    expect(await answer()).toEqual(inInt8);
    const file = join(int8.folder, 'run.json');
    const written = await readFile(file, 'utf8');
    await writeFile(file, written.replace(/("device": {[^}]*"precision": )"int8"/, '$1"float32"'));
    expect(await answer(), 'run.json decides').not.toEqual(inInt8);
    await writeFile(file, written);
  });

  it('goes on in int8 after a stop, to the very same prompt', async () => {
    const control = new RunControl();
    const stopped = await run('int8', {
      control,
      onEvent: (event: RunEvent) => {
        if (event.type === 'step' && event.step === 17) control.cancel();
      },
    });
    expect(stopped.record.state).toBe('cancelled');
    const record = await resumeRun(stopped.folder, { ...options, precision: 'float32' });
    expect(record.device.precision).toBe('int8');
    expect(await losses(stopped.folder)).toEqual(await losses(int8.folder));
    expect(await adapter(stopped.folder)).toEqual(await adapter(int8.folder));
  });
});

describe('what a run is computed in', () => {
  it('is float32 for a tiny model unless asked for, and the run says why', async () => {
    const { record } = await run(undefined);
    expect(record.task.training.precision).toBe('auto');
    expect(record.device.precision).toBe('float32');
    expect(record.device.precisionReason).toMatch(/20 million parameters/);
  });

  it('can be asked for in place of what the task says', async () => {
    const { record } = await run('float32', { precision: 'int8' });
    expect(record.task.training.precision).toBe('int8');
    expect(record.device.precision).toBe('int8');
  });

  it('is float32 in runs of versions that had nothing else', async () => {
    const { folder } = await run('float32');
    const file = join(folder, 'run.json');
    const { device, ...rest } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...rest, device: { threads: device.threads } }));
    expect((await readRecord(folder)).device.precision).toBe('float32');
  });
});

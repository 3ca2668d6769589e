import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRun } from '../../src/engine/runs/readRuns';
import { resumeRun } from '../../src/engine/runs/resumeRun';
import { runFiles, runsFolderOf } from '../../src/engine/runs/runFolder';
import { startRun } from '../../src/engine/runs/startRun';
import { RunControl } from '../../src/engine/tuning/runControl';
import type { RunEvent } from '../../src/protocol/runs';
import type { TaskFile } from '../../src/protocol/taskFile';
import { NODE_BUNDLE } from '../nodeBundle';
import { writeTinyTask } from './tinyTask';

let root: string;
let cacheFolder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-resume-'));
  cacheFolder = join(root, 'cache');
});
afterAll(() => rm(root, { recursive: true }));

const newTask = async (overrides: Partial<TaskFile> = {}) =>
  writeTinyTask(await mkdtemp(join(root, 'task-')), overrides);

const onlyRun = async (task: string) => {
  const runs = runsFolderOf(join(task, '..'));
  const names = await readdir(runs);
  expect(names).toHaveLength(1);
  return join(runs, names[0]!);
};

/** A run that is stopped when `stop` says so. */
async function stoppedRun(task: string, stop: (event: RunEvent) => boolean): Promise<string> {
  const control = new RunControl();
  const record = await startRun(task, {
    cacheFolder,
    threads: 1,
    control,
    onEvent: (event) => {
      if (stop(event)) control.cancel();
    },
  });
  expect(record.state).toBe('cancelled');
  return onlyRun(task);
}

const afterStep = (n: number) => (event: RunEvent) => event.type === 'step' && event.step === n;

/** What must not depend on stops: every step's numbers, the tuned prompt's validations, predictions, the adapter's bytes. */
async function numbersOf(folder: string) {
  const { events, predictions, record } = await readRun(folder);
  return {
    steps: events.flatMap((event) =>
      event.type === 'step' ? [[event.step, event.loss, event.learningRate, event.gradientNorm]] : [],
    ),
    validations: events.flatMap((event) =>
      event.type === 'evaluation' && event.contender === 'tuned'
        ? [[event.split, event.step, event.metrics]]
        : [],
    ),
    predictions: predictions.map(({ row, predicted, loss }) => [row, predicted, loss]),
    best: record.best,
    results: record.results,
    adapter: (await readFile(join(runFiles(folder).adapter, 'adapter_model.safetensors'))).toString('hex'),
  };
}

describe('resuming', () => {
  let whole: Awaited<ReturnType<typeof numbersOf>>;
  beforeAll(async () => {
    const task = await newTask();
    await startRun(task, { cacheFolder, threads: 1 });
    whole = await numbersOf(await onlyRun(task));
  });

  it.each<[string, (event: RunEvent) => boolean]>([
    ['before the first step', (event) => event.type === 'state' && event.state === 'training'],
    ['after step 1', afterStep(1)],
    ['after step 8, before its validation', afterStep(8)],
    ['while zero-shot is scored', (event) => event.type === 'phase' && event.phase === 'scoring zero-shot'],
    ['after step 17', afterStep(17)],
    ['in the test', (event) => event.type === 'state' && event.state === 'testing'],
  ])('a run stopped %s gives the same numbers as one that was not', async (_, stop) => {
    const folder = await stoppedRun(await newTask(), stop);
    const events: RunEvent[] = [];
    const record = await resumeRun(folder, {
      cacheFolder,
      threads: 1,
      onEvent: (event) => events.push(event),
    });
    expect(record.state).toBe('finished');
    expect(events.some(({ type }) => type === 'resumed')).toBe(true);
    expect(await numbersOf(folder)).toEqual(whole);
    const notices = (await readRun(folder)).events.filter(({ type }) => type === 'notice');
    expect(new Set(notices.map((notice) => JSON.stringify(notice))).size).toBe(notices.length);
  });

  it('with virtual tokens behind the text, whose contexts are computed anew', async () => {
    const overrides: Partial<TaskFile> = { method: { virtualTokens: 4, placement: 'after' } };
    const undisturbed = await newTask(overrides);
    await startRun(undisturbed, { cacheFolder, threads: 1 });
    const folder = await stoppedRun(await newTask(overrides), afterStep(17));
    await resumeRun(folder, { cacheFolder, threads: 1 });
    expect(await numbersOf(folder)).toEqual(await numbersOf(await onlyRun(undisturbed)));
  });

  it('again and again', async () => {
    const folder = await stoppedRun(await newTask(), afterStep(2));
    for (const step of [5, 6, 13, 22]) {
      const control = new RunControl();
      const record = await resumeRun(folder, {
        cacheFolder,
        threads: 1,
        control,
        onEvent: (event) => {
          if (afterStep(step)(event)) control.interrupt();
        },
      });
      expect(record.state).toBe('interrupted');
    }
    await resumeRun(folder, { cacheFolder, threads: 1 });
    expect(await numbersOf(folder)).toEqual(whole);
  });
});

describe('kill -9', () => {
  it('at any moment, and resumed until it ends, gives the same numbers', { timeout: 180_000 }, async () => {
    const training = { steps: 150, batchRows: 6, learningRate: 0.05, evaluateEvery: 10, checkpointEvery: 4 };
    const undisturbed = await newTask({ training });
    const start = performance.now();
    await startRun(undisturbed, { cacheFolder, threads: 1 });
    const duration = performance.now() - start;

    const script = join(__dirname, '../../node_modules/.cache', `runInProcess-${process.pid}.cjs`);
    buildSync({
      ...NODE_BUNDLE,
      entryPoints: [join(__dirname, 'runInProcess.ts')],
      outfile: script,
    });
    const task = await newTask({ training });
    let kills = 0;
    // In a small part of the time that the run takes here; ever later, so that it comes to an end.
    for (; kills < 40; kills++) {
      if (await runUntilKilled(script, task, duration * (0.05 + 0.03 * kills + 0.2 * Math.random()))) break;
      expect((await readRun(await onlyRun(task))).record.state).toBe('interrupted');
    }
    await rm(script);
    expect(kills).toBeGreaterThan(1);
    expect(await numbersOf(await onlyRun(task))).toEqual(await numbersOf(await onlyRun(undisturbed)));
  });

  /** Kills the process so long after its run was taken up; whether it was over before that. */
  function runUntilKilled(script: string, task: string, delay: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script, task, cacheFolder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), delay));
      child.on('close', (code, signal) => {
        if (code) reject(new Error(`The run failed with exit code ${code}.`));
        else resolve(signal === null);
      });
    });
  }
});

describe('a run that cannot be resumed', () => {
  const refused = (folder: string, message: RegExp) =>
    expect(resumeRun(folder, { cacheFolder })).rejects.toMatchObject({
      code: 'run-invalid',
      message: expect.stringMatching(message),
    });

  it('because it is finished', async () => {
    const task = await newTask({ training: { steps: 1 }, evaluation: { fewShot: 0 } });
    await startRun(task, { cacheFolder, threads: 1 });
    await refused(await onlyRun(task), /is finished/);
  });

  it('because its data changed', async () => {
    const task = await newTask();
    const folder = await stoppedRun(task, afterStep(2));
    await appendFile(join(task, '../tiny.csv'), 'One more,good\n');
    await refused(folder, /tiny\.csv changed/);
  });

  it('because somebody works on it', async () => {
    const task = await newTask();
    let attempt: Promise<void> | undefined;
    await startRun(task, {
      cacheFolder,
      threads: 1,
      onCreated: (folder) => {
        attempt = refused(folder, new RegExp(`process ${process.pid}`));
      },
    });
    await attempt;
  });

  it('because its model is another one', async () => {
    const folder = await stoppedRun(await newTask(), afterStep(2));
    const file = runFiles(folder).record;
    const record = JSON.parse(await readFile(file, 'utf8'));
    record.model.hash = 'another';
    await writeFile(file, JSON.stringify(record));
    await refused(folder, /not the one it was started with/);
  });

  it('because its checkpoint is damaged', async () => {
    const folder = await stoppedRun(await newTask(), afterStep(2));
    await writeFile(join(runFiles(folder).checkpoint, 'tensors.safetensors'), 'spoilt');
    await refused(folder, /checkpoint is damaged/);
  });
});

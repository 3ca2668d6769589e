import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../../src/engine/runs/processIdentity';
import { readRun } from '../../src/engine/runs/readRuns';
import { deleteRun, runFiles, runsFolderOf } from '../../src/engine/runs/runFolder';
import { holderOf, holdRun } from '../../src/engine/runs/runHold';
import { failRun, readRecord, writeRecord } from '../../src/engine/runs/runRecord';
import { startRun } from '../../src/engine/runs/startRun';
import { RunControl } from '../../src/engine/tuning/runControl';
import { NODE_BUNDLE } from '../nodeBundle';
import { writeTinyTask } from './tinyTask';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-hold-'));
});
afterAll(() => rm(root, { recursive: true }));

const refusal = { code: 'run-invalid', message: expect.stringContaining(`by process ${process.pid}`) };

describe('a run’s folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(root, 'run-'));
  });

  it('is one caller’s alone, until it lets go', async () => {
    const release = await holdRun(folder);
    await expect(holdRun(folder)).rejects.toMatchObject(refusal);
    expect(await holderOf(folder)).toBe(process.pid);
    await release();
    await (await holdRun(folder))();
    expect(await readdir(folder)).toEqual([]);
  });

  it('goes to exactly one of many who come at once', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => holdRun(folder)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is waited for while its holder is about to leave', async () => {
    const release = await holdRun(folder);
    const next = holdRun(folder);
    setTimeout(() => void release(), 100);
    await (await next)();
  });

  it('is not held by a process that is gone, nor by an earlier one of the same number', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => gone.once('exit', resolve));
    await writeFile(join(folder, `.held-${gone.pid}--1700000000000.0.1`), '');
    const { processStart } = await thisProcess();
    // Where the system does not say when a process started, its number is all there is.
    if (processStart) {
      await writeFile(join(folder, `.held-${process.pid}-another-boot_17-1700000000000.0.1`), '');
    }
    await (await holdRun(folder))();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a run that was stopped', () => {
  const cacheFolder = () => join(root, 'cache');

  async function stoppedRun(): Promise<{ task: string; folder: string }> {
    const training = { steps: 60, batchRows: 6, learningRate: 0.05, evaluateEvery: 20, checkpointEvery: 4 };
    const task = await writeTinyTask(await mkdtemp(join(root, 'task-')), { training });
    const control = new RunControl();
    await startRun(task, {
      cacheFolder: cacheFolder(),
      threads: 1,
      control,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 5) control.cancel();
      },
    });
    const runs = runsFolderOf(join(task, '..'));
    return { task, folder: join(runs, (await readdir(runs))[0]!) };
  }

  it('goes on in one of the processes that resume it at the same moment', { timeout: 120_000 }, async () => {
    const { task, folder } = await stoppedRun();
    const script = join(__dirname, '../../node_modules/.cache', `runHold-${process.pid}.cjs`);
    buildSync({ ...NODE_BUNDLE, entryPoints: [join(__dirname, 'runInProcess.ts')], outfile: script });
    const resume = () =>
      new Promise<string>((resolve) => {
        const child = spawn(process.execPath, [script, task, cacheFolder()]);
        let said = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
        child.on('close', () => resolve(said));
      });
    const said = await Promise.all([resume(), resume(), resume()]);
    await rm(script);
    expect(said.filter((text) => /^finished$/m.test(text))).toHaveLength(1);
    // The latter where a process is so slow to start that the run is over by then.
    const refused = /is being worked on by process \d+|The run .* is finished/;
    expect(said.filter((text) => refused.test(text))).toHaveLength(2);
    const { record, events } = await readRun(folder);
    expect(record.state).toBe('finished');
    expect(events.filter(({ type }) => type === 'resumed')).toHaveLength(1);
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^\.held/));
  });

  it('is not deleted under the hands of who has taken it, and is free when its thread was lost', async () => {
    const { folder } = await stoppedRun();
    await holdRun(folder);
    await expect(deleteRun(folder)).rejects.toMatchObject({ code: 'run-invalid' });
    await writeRecord(folder, { ...(await readRecord(folder)), state: 'training' });
    await failRun(folder, { code: 'internal', message: 'The thread was lost.' });
    expect(await holderOf(folder)).toBeUndefined();
    await deleteRun(folder);
    await expect(readdir(runFiles(folder).adapter)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

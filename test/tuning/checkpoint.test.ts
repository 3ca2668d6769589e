import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../src/engine/tuning/checkpoint';
import { startTraining, type TrainingState } from '../../src/engine/tuning/trainingState';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-checkpoint-'));
});
afterAll(() => rm(root, { recursive: true }));

const fresh = async () => join(await mkdtemp(join(root, 'run-')), 'checkpoint');

function stateAt(step: number): TrainingState {
  const odd = Float32Array.of(Math.PI, -0, 1e-45, 3.4e38, -1 / 3, step);
  return {
    step,
    prompt: odd,
    optimiser: { step, mean: odd.map((x) => -x), meanSquare: odd.map((x) => x / 7) },
    order: { epoch: 3, position: 5 },
    best: { step: step - 1, score: 0.1 + 0.2, loss: 1 / 3, prompt: odd.map((x) => x / 3) },
    validatedAt: step - 1,
    withoutBetter: 2,
    seconds: { training: 1.5, evaluation: 0.25 },
  };
}

describe('a checkpoint', () => {
  it('gives everything back bit for bit', async () => {
    const folder = await fresh();
    await writeCheckpoint(folder, { state: stateAt(8), metricsBytes: 1234 });
    await writeCheckpoint(folder, { state: stateAt(9), metricsBytes: 2345 });
    const read = await readCheckpoint(folder);
    expect(read).toEqual({ state: stateAt(9), metricsBytes: 2345 });
    expect(Object.is(read!.state.prompt[1], -0)).toBe(true);
    expect(await readdir(join(folder, '..'))).toEqual(['checkpoint']);
  });

  it('does without a best prompt', async () => {
    const folder = await fresh();
    const state = startTraining(Float32Array.of(1, 2));
    await writeCheckpoint(folder, { state, metricsBytes: 0 });
    expect((await readCheckpoint(folder))!.state).toEqual({ ...state, best: undefined });
  });

  it('is not there before the first was written', async () => {
    expect(await readCheckpoint(await fresh())).toBeUndefined();
  });

  it('is found between the two renames, and not lost by the next write', async () => {
    const folder = await fresh();
    await writeCheckpoint(folder, { state: stateAt(1), metricsBytes: 0 });
    await cp(folder, `${folder}.old`, { recursive: true });
    await writeCheckpoint(folder, { state: stateAt(2), metricsBytes: 0 });
    await cp(folder, `${folder}.old`, { recursive: true });
    await rename(folder, `${folder}.new`);
    expect((await readCheckpoint(folder))!.state.step).toBe(2);
    await writeCheckpoint(folder, { state: stateAt(3), metricsBytes: 0 });
    expect((await readCheckpoint(folder))!.state.step).toBe(3);
    expect(await readdir(join(folder, '..'))).toEqual(['checkpoint']);
  });

  it('prefers the old one to half a new one', async () => {
    const folder = await fresh();
    await writeCheckpoint(folder, { state: stateAt(1), metricsBytes: 0 });
    await rename(folder, `${folder}.old`);
    await cp(`${folder}.old`, `${folder}.new`, { recursive: true });
    await truncate(join(`${folder}.new`, 'tensors.safetensors'), 50);
    expect((await readCheckpoint(folder))!.state.step).toBe(1);
  });

  it('says so when it is damaged', async () => {
    const folder = await fresh();
    await writeCheckpoint(folder, { state: stateAt(1), metricsBytes: 0 });
    await writeFile(join(folder, 'tensors.safetensors'), 'spoilt');
    await expect(readCheckpoint(folder)).rejects.toMatchObject({ code: 'run-invalid' });
  });
});

describe('kill -9', () => {
  it('at any moment leaves a whole checkpoint, never older than the last one finished', async () => {
    const script = join(root, 'checkpointWriter.cjs');
    buildSync({
      entryPoints: [join(__dirname, 'checkpointWriter.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    });
    const folder = await fresh();
    let finished = 0;
    for (let round = 0; round < 12; round++) {
      finished = Math.max(finished, await runAndKill(script, folder, 30 + Math.random() * 60));
      const { state, metricsBytes } = (await readCheckpoint(folder))!;
      expect(state.step).toBeGreaterThanOrEqual(finished);
      expect(metricsBytes).toBe(state.step);
      for (const values of [state.prompt, state.best!.prompt]) {
        expect(values.every((value) => value === state.step)).toBe(true);
      }
    }
    expect(finished).toBeGreaterThan(12);
  });
});

/** Kills the writer so many milliseconds after its first checkpoint; the last step that it said was done. */
function runAndKill(script: string, folder: string, delay: number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      if (!printed) setTimeout(() => child.kill('SIGKILL'), delay);
      printed += chunk;
    });
    child.on('close', () => resolve(Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1))));
  });
}

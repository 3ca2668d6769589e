import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { choosePrecision } from '../../src/engine/compile/choosePrecision';
import { measureInt8 } from '../../src/engine/compile/measureInt8';
import type { Checkpoint } from '../../src/engine/models/checkpoint';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { availableMemory } from '../../src/engine/models/sizeCheck';
import { RunControl } from '../../src/engine/tuning/runControl';

const TINY_LLAMA = join(__dirname, '../oracle/fixtures/tiny-llama-gqa-tied');

let cacheFolder: string;
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-choice-'));
});
afterEach(() => rm(cacheFolder, { recursive: true, force: true }));

const breathe = async () => {};

/** As much of a checkpoint as the choice looks at. */
function checkpoint({ parameters = 135e6, turns = true, fingerprint = 'abc' } = {}): Checkpoint {
  const model = turns ? { turned: () => ({}) } : {};
  return { parameters, fingerprint, model } as unknown as Checkpoint;
}

describe('the precision of a run', () => {
  it.each(['float32', 'int8'] as const)(
    'is %s where that is asked for, without a measurement',
    async (wish) => {
      const measure = vi.fn();
      const choice = await choosePrecision(
        checkpoint({ parameters: 1000 }),
        wish,
        { cacheFolder, breathe },
        measure,
      );
      expect(choice).toEqual({ precision: wish, reason: 'as asked for' });
      expect(measure).not.toHaveBeenCalled();
    },
  );

  it.each([
    ['a small model', { parameters: 19e6 }, /below 20 million parameters/],
    ['a model whose hidden states cannot be turned', { turns: false }, /only for decoders built like Llama/],
  ])('is float32 for %s, without a measurement', async (_, which, reason) => {
    const measure = vi.fn();
    const choice = await choosePrecision(checkpoint(which), 'auto', { cacheFolder, breathe }, measure);
    expect(choice).toEqual({ precision: 'float32', reason: expect.stringMatching(reason) });
    expect(measure).not.toHaveBeenCalled();
  });

  it.each([
    [1.94, 'int8', '1.9 times as fast as float32 here'],
    [1.21, 'int8', '1.21 times as fast as float32 here'],
    [1.05, 'float32', 'int8 is 1.05 times as fast here, which is not worth it'],
    [0.7, 'float32', 'int8 is 0.70 times as fast here, which is not worth it'],
  ] as const)('measured %f: %s', async (int8Speed, precision, reason) => {
    const choose = () =>
      choosePrecision(checkpoint(), 'auto', { cacheFolder, breathe }, async () => int8Speed);
    expect(await choose()).toEqual({ precision, reason, int8Speed });
  });

  it('is measured once for a model and a number of threads', async () => {
    const measure = vi.fn(async () => 2);
    const choose = (fingerprint: string, threads: number) =>
      choosePrecision(checkpoint({ fingerprint }), 'auto', { cacheFolder, threads, breathe }, measure);
    const first = await choose('abc', 2);
    expect(await choose('abc', 2)).toEqual(first);
    expect(measure).toHaveBeenCalledTimes(1);
    await choose('abc', 1);
    await choose('def', 2);
    expect(measure).toHaveBeenCalledTimes(3);
  });

  it.each(['', '{"int8Speed": ', '{"int8Speed": -1}', '[]'])(
    'is measured again where %j was kept',
    async (text) => {
      const choose = (int8Speed: number) =>
        choosePrecision(checkpoint(), 'auto', { cacheFolder, breathe }, async () => int8Speed);
      await choose(1);
      const folder = join(cacheFolder, 'precision');
      const [file] = await readdir(folder);
      await writeFile(join(folder, file!), text);
      expect((await choose(2)).precision).toBe('int8');
      expect(JSON.parse(await readFile(join(folder, file!), 'utf8'))).toEqual({ int8Speed: 2 });
    },
  );

  it('is float32 where the measurement fails, and that is not kept', async () => {
    const failing = async () => {
      throw new Error('no such operator');
    };
    const choice = await choosePrecision(checkpoint(), 'auto', { cacheFolder, breathe }, failing);
    expect(choice.reason).toBe('int8 could not be measured: no such operator');
    expect(choice.precision).toBe('float32');
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it('is settled even where the cache folder cannot be written', async () => {
    await writeFile(join(cacheFolder, 'precision'), 'a file in its place');
    const choice = await choosePrecision(checkpoint(), 'auto', { cacheFolder, breathe }, async () => 2);
    expect(choice.precision).toBe('int8');
  });

  it('is int8 where float32 does not fit into the memory', async () => {
    const measure = vi.fn();
    const parameters = availableMemory() / 6;
    const choice = await choosePrecision(
      checkpoint({ parameters }),
      'auto',
      { cacheFolder, breathe },
      measure,
    );
    expect(choice).toEqual({ precision: 'int8', reason: 'float32 does not fit into the memory' });
    expect(measure).not.toHaveBeenCalled();
  });
});

describe('the measurement', () => {
  it('times one layer in both precisions, and leaves nothing behind', async () => {
    const temporary = join(cacheFolder, 'temporary');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const llama = await openCheckpoint(TINY_LLAMA);
    try {
      const ratio = await measureInt8(llama, { threads: 1, breathe });
      expect(ratio).toBeGreaterThan(0.05);
      expect(ratio).toBeLessThan(20);
      const control = new RunControl();
      control.cancel();
      const choice = choosePrecision({ ...llama, parameters: 1e8 }, 'auto', {
        cacheFolder,
        breathe: control.breathe,
      });
      await expect(choice).rejects.toMatchObject({ code: 'cancelled' });
      expect((await readdir(temporary)).filter((name) => name.startsWith('softprompt'))).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await llama.close();
    }
  });
});

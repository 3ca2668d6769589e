import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultCacheFolder, removeFromCache } from '../../src/engine/models/cacheFolder';
import { listModels } from '../../src/engine/models/listModels';
import { resolveModel } from '../../src/engine/models/resolveModel';
import { checkModelFits } from '../../src/engine/models/sizeCheck';
import { reportError } from '../../src/protocol/errors';
import { emptyHome } from './foundTree';

const fixtures = fileURLToPath(new URL('../oracle/fixtures/', import.meta.url));
const NAME = 'smollm2-135m-instruct';
const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf';

emptyHome();
let outside = '';
let folder = '';
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'softprompt-cache-'));
  folder = join(outside, 'home', 'cache');
  await mkdir(folder, { recursive: true });
});
afterEach(() => rm(outside, { recursive: true, force: true }));

async function fill() {
  await mkdir(join(folder, 'models', NAME), { recursive: true });
  await writeFile(join(folder, 'models', NAME, FILE), Buffer.alloc(1000));
  await cp(join(fixtures, 'tiny-llama-gqa-tied'), join(folder, 'models', 'tiny'), { recursive: true });
  await mkdir(join(folder, 'compiled', 'abc', 'deep'), { recursive: true });
  await writeFile(join(folder, 'compiled', 'abc', 'weights.bin'), Buffer.alloc(300));
  await writeFile(join(folder, 'compiled', 'abc', 'deep', 'x.onnx'), Buffer.alloc(30));
  await mkdir(join(folder, 'compiled', 'def'));
  await writeFile(join(folder, 'compiled', 'def', 'manifest.json'), '{"model":"Tiny"}');
  await mkdir(join(folder, 'downloads'));
  await writeFile(join(folder, 'downloads', 'x.part'), Buffer.alloc(7));
}

describe('the cache folder', () => {
  it('is where SOFTPROMPT_CACHE says', () => {
    const before = process.env.SOFTPROMPT_CACHE;
    process.env.SOFTPROMPT_CACHE = folder;
    expect(defaultCacheFolder()).toBe(folder);
    if (before === undefined) delete process.env.SOFTPROMPT_CACHE;
    else process.env.SOFTPROMPT_CACHE = before;
  });

  it('lists the catalogue when it does not exist yet', async () => {
    const listing = await listModels(join(folder, 'none'));
    expect(listing.models).toMatchObject([{ name: NAME, state: 'available', size: 98_362_432 }]);
    expect(listing.contents).toEqual([]);
  });

  it('lists the catalogue when it cannot be read', async () => {
    await writeFile(join(folder, 'models'), 'a file where a folder should be');
    const listing = await listModels(folder);
    expect(listing.models).toMatchObject([{ name: NAME, state: 'available' }]);
  });

  it('lists what is on disk, with sizes', async () => {
    await fill();
    const { models, contents } = await listModels(folder);
    expect(models).toMatchObject([
      {
        name: NAME,
        state: 'on-disk',
        size: 1000,
        path: join(folder, 'models', NAME, FILE),
        place: 'catalogue',
      },
      { name: 'tiny', state: 'on-disk', architecture: 'llama', parameters: 55_616, place: 'cache' },
    ]);
    expect(contents.map(({ kind, name, size }) => [kind, name, size])).toEqual([
      ['model', NAME, 1000],
      ['model', 'tiny', expect.any(Number)],
      ['compiled', 'abc', 330],
      ['compiled', 'Tiny', 16],
      ['download', 'x.part', 7],
    ]);
  });

  it('removes an entry, or everything, and says how much that freed', async () => {
    await fill();
    expect(await removeFromCache(folder, join(folder, 'models', NAME, FILE))).toBe(1000);
    expect(await readdir(join(folder, 'models'))).toEqual(['tiny']);
    expect(await removeFromCache(folder, join(folder, 'compiled', 'abc'))).toBe(330);
    await writeFile(join(folder, 'mine.txt'), 'not ours');
    expect(await removeFromCache(folder, folder)).toBeGreaterThan(7);
    expect((await listModels(folder)).contents).toEqual([]);
    expect(await readdir(folder)).toContain('mine.txt');
    expect(await removeFromCache(folder, folder)).toBe(0);
  });

  // Every path is deep in a temporary folder: should this break, it removes nothing that matters.
  it('removes nothing outside its own folders', async () => {
    await fill();
    await mkdir(join(outside, 'home', 'models'));
    await writeFile(join(outside, 'home', 'models', 'x'), 'not ours');
    await writeFile(join(folder, 'mine'), 'not ours');
    const elsewhere = [
      outside,
      join(folder, '..'),
      join(folder, '..', 'models', 'x'),
      join(folder, 'models', '..', '..', 'models'),
      join(folder, 'mine'),
      join(folder, 'models-of-mine'),
      join(folder, 'models', 'unknown'),
      join(folder, 'models', 'tiny-2'),
    ];
    for (const path of elsewhere) {
      const report = reportError(await removeFromCache(folder, path).catch((error) => error));
      expect(report.code, path).toBe('model-missing');
      expect(report.message).toContain('is not in the cache folder');
    }
    expect((await readdir(folder)).sort()).toEqual(['compiled', 'downloads', 'mine', 'models']);
    expect(await readdir(join(folder, 'models'))).toHaveLength(2);
    expect(await readdir(join(outside, 'home', 'models'))).toEqual(['x']);
  });
});

describe('resolveModel', () => {
  const resolving = (model: string) => resolveModel(model, { taskFolder: fixtures, cacheFolder: folder });

  it('finds catalogue names, names in the cache folder, and paths beside the task file', async () => {
    await fill();
    expect(await resolving(NAME)).toBe(join(folder, 'models', NAME, FILE));
    expect(await resolving('SmolLM2-135M-Instruct')).toBe(join(folder, 'models', NAME, FILE));
    expect(await resolving('tiny')).toBe(join(folder, 'models', 'tiny'));
    expect(await resolving('./tiny-llama-gqa-tied')).toBe(join(fixtures, 'tiny-llama-gqa-tied'));
    expect(await resolving(join(fixtures, 'tiny-llama-f16'))).toBe(join(fixtures, 'tiny-llama-f16'));
  });

  it('says how to get what is missing', async () => {
    const report = async (model: string) => reportError(await resolving(model).catch((error) => error));
    const known = await report(NAME);
    expect(known.code).toBe('model-missing');
    expect(known.hint).toBe(`Pull it: softprompt models pull ${NAME}`);
    const unknown = await report('someone/some-model');
    expect(unknown.code).toBe('model-missing');
    expect(unknown.message).toContain(join(fixtures, 'someone', 'some-model'));
    expect(unknown.hint).toContain(NAME);
  });
});

describe('checkModelFits', () => {
  const model = { name: 'Big', path: 'big.gguf', parameters: 1e9 };

  it('refuses a model that is larger than the free memory, with both numbers', () => {
    expect(() => checkModelFits(model, 'float32', 9e9)).not.toThrow();
    const error = (() => {
      try {
        checkModelFits(model, 'float32', 3e9);
      } catch (thrown) {
        return thrown;
      }
      return null;
    })();
    const report = reportError(error);
    expect(report.code).toBe('out-of-memory');
    expect(report.message).toContain('it needs about 8.7 GB, 3.0 GB are free');
    expect(report.hint).toContain('smaller model');
  });

  it('lets larger ones through in int8', () => {
    expect(() => checkModelFits(model, 'int8', 4e9)).not.toThrow();
    expect(() => checkModelFits(model, 'int8', 3e9)).toThrow('too large');
    try {
      checkModelFits(model, 'float32', 5e9);
      expect.unreachable();
    } catch (error) {
      expect(reportError(error).hint).toContain('"int8"');
    }
  });

  it('knows the free memory of this machine', () => {
    expect(() => checkModelFits({ ...model, parameters: 1000 }, 'float32')).not.toThrow();
    expect(() => checkModelFits({ ...model, parameters: 1e15 }, 'int8')).toThrow('too large');
  });
});

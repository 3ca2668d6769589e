import { chmod, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { originalOf } from '../../src/engine/models/catalogue';
import { findModels } from '../../src/engine/models/found/findModels';
import { resolveModel } from '../../src/engine/models/resolveModel';
import { reportError } from '../../src/protocol/errors';
import type { ModelSummary } from '../../src/protocol/models';
import {
  copy,
  emptyHome,
  gguf,
  hubRepository,
  ollamaModel,
  TINY_FOLDER,
  TINY_GGUF,
  write,
} from './foundTree';

const home = emptyHome();
const PLENTY = 64e9;

/** What is found, but for what an Ollama service of this machine has. */
async function find(options: { workspace?: string[]; signal?: AbortSignal; free?: number } = {}) {
  const { workspace = [], signal, free = PLENTY } = options;
  const found = await findModels({ cacheFolder: join(home.path, 'softprompt'), workspace, signal }, free);
  return found.filter(({ path }) => !path!.startsWith('/usr/share/'));
}

const names = (models: readonly ModelSummary[]) => models.map(({ name }) => name);
const tinyFiles = async () => {
  const files = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
  const contents = await Promise.all(files.map((file) => readFile(join(TINY_FOLDER, file))));
  return Object.fromEntries(files.map((file, index) => [file, contents[index]!]));
};

describe('the Hugging Face cache', () => {
  const hub = () => join(home.path, '.cache/huggingface/hub');

  it('is looked through: folders of safetensors, GGUF files, with what their headers say', async () => {
    const files = { ...(await tinyFiles()), 'README.md': '---\nlicense: apache-2.0\n---\n# Tiny' };
    const snapshot = await hubRepository(hub(), 'someone/tiny', files);
    await hubRepository(hub(), 'someone/tiny-GGUF', { 'Tiny.Q4_1.gguf': await readFile(TINY_GGUF) });
    expect(await find()).toMatchObject([
      {
        name: 'hf:someone/tiny',
        title: 'someone/tiny',
        place: 'hugging-face',
        path: snapshot,
        format: 'safetensors',
        architecture: 'llama',
        kind: 'decoder',
        parameters: 55_616,
        quantisation: 'float32',
        licence: 'apache-2.0',
        state: 'on-disk',
        memory: 700e6 + 8 * 55_616,
      },
      {
        name: 'hf:someone/tiny-GGUF/Tiny.Q4_1.gguf',
        format: 'gguf',
        architecture: 'llama',
        kind: 'decoder',
        parameters: 55_616,
      },
    ]);
    expect((await find()).some(({ obstacle }) => obstacle)).toBe(false);
  });

  it.each([
    ['HF_HOME', 'elsewhere', 'elsewhere/hub'],
    ['HF_HUB_CACHE', 'models', 'models'],
    ['XDG_CACHE_HOME', 'caches', 'caches/huggingface/hub'],
  ])('is where %s says', async (variable, value, folder) => {
    process.env[variable] = join(home.path, value);
    await hubRepository(join(home.path, folder), 'a/b', await tinyFiles());
    expect(names(await find())).toEqual(['hf:a/b']);
  });

  it('has the snapshot that main is at, or else the last one', async () => {
    await hubRepository(hub(), 'a/b', await tinyFiles(), { commit: 'first' });
    await hubRepository(hub(), 'a/b', await tinyFiles(), { commit: 'later', main: 'first' });
    expect((await find())[0]!.path).toBe(join(hub(), 'models--a--b', 'snapshots', 'first'));
    await utimes(join(hub(), 'models--a--b', 'snapshots', 'first'), 1, 1);
    await writeFile(join(hub(), 'models--a--b', 'refs', 'main'), 'gone');
    expect((await find())[0]!.path).toBe(join(hub(), 'models--a--b', 'snapshots', 'later'));
  });

  it('says what is not whole, and leaves out what is no model', async () => {
    const { 'config.json': config, 'tokenizer.json': tokenizer, ...weights } = await tinyFiles();
    await hubRepository(hub(), 'a/only-a-tokenizer', {
      'config.json': config!,
      'tokenizer.json': tokenizer!,
    });
    await hubRepository(hub(), 'b/downloading', { 'config.json': config! });
    await write(join(hub(), 'models--b--downloading/blobs/abc.incomplete'), 'x');
    await hubRepository(hub(), 'c/no-tokenizer', { 'config.json': config!, ...weights });
    await hubRepository(hub(), 'd/pickled', { 'config.json': config!, 'pytorch_model.bin': 'x' });
    const dangling = await hubRepository(hub(), 'e/dangling', await tinyFiles());
    await rm(join(dangling, 'model.safetensors'));
    await symlink(join(home.path, 'nothing'), join(dangling, 'model.safetensors'));
    await write(join(hub(), 'datasets--x--y/snapshots/1/data.gguf'), 'x');
    await write(join(hub(), 'version.txt'), '1');
    const obstacles = (await find()).map(({ name, obstacle }) => [name, obstacle?.kind, obstacle?.reason]);
    expect(obstacles).toEqual([
      ['hf:b/downloading', 'incomplete', 'Its download was not finished.'],
      ['hf:c/no-tokenizer', 'incomplete', expect.stringContaining('tokenizer.json is missing')],
      ['hf:d/pickled', 'unsupported', expect.stringContaining('PyTorch pickle')],
      ['hf:e/dangling', expect.stringMatching(/broken|incomplete/), expect.any(String)],
    ]);
  });

  it('does not run in circles', async () => {
    const snapshot = await hubRepository(hub(), 'a/b', await tinyFiles());
    await symlink(snapshot, join(snapshot, 'again'));
    await symlink(hub(), join(snapshot, 'everything'));
    expect(names(await find())).toEqual(['hf:a/b']);
  });
});

describe("Ollama's store", () => {
  const store = () => join(home.path, '.ollama/models');
  const library = 'registry.ollama.ai/library';

  it('names models as Ollama does, and finds their blobs by the manifest', async () => {
    const model = { mediaType: 'model', content: await readFile(TINY_GGUF) };
    const licence = { mediaType: 'license', content: '\nApache License\nVersion 2.0, January 2004' };
    await ollamaModel(store(), `${library}/tiny/135m`, [licence, model]);
    await ollamaModel(store(), `${library}/tiny/latest`, [model]);
    await ollamaModel(store(), 'registry.ollama.ai/someone/tiny/1b', [model]);
    await ollamaModel(store(), 'hf.co/someone/tiny/Q4_1', [model]);
    const models = await find();
    expect(names(models)).toEqual([
      'ollama:hf.co/someone/tiny:Q4_1',
      'ollama:tiny:135m',
      'ollama:tiny:latest',
      'ollama:someone/tiny:1b',
    ]);
    expect(models[1]).toMatchObject({
      place: 'ollama',
      format: 'gguf',
      architecture: 'llama',
      parameters: 55_616,
      licence: 'Apache License',
      path: expect.stringMatching(/blobs[/\\]sha256-[0-9a-f]{64}$/),
    });
    expect(models[1]!.obstacle).toBeUndefined();
  });

  it('is where OLLAMA_MODELS says', async () => {
    process.env.OLLAMA_MODELS = join(home.path, 'store');
    await ollamaModel(join(home.path, 'store'), `${library}/tiny/1b`, [
      { mediaType: 'model', content: await readFile(TINY_GGUF) },
    ]);
    expect(names(await find())).toEqual(['ollama:tiny:1b']);
  });

  it('says what is not whole or laid over another, and passes over what is no manifest', async () => {
    const content = await readFile(TINY_GGUF);
    await ollamaModel(store(), `${library}/part/1b`, [{ mediaType: 'model', content, size: 1e9 }]);
    await ollamaModel(store(), `${library}/laid-over/1b`, [
      { mediaType: 'model', content },
      { mediaType: 'adapter', content: 'x' },
    ]);
    await ollamaModel(store(), `${library}/gone/1b`, [{ mediaType: 'model', content: 'gone' }]);
    await rm(
      join(
        store(),
        'blobs',
        (await import('node:crypto'))
          .createHash('sha256')
          .update('gone')
          .digest('hex')
          .replace(/^/, 'sha256-'),
      ),
    );
    await write(join(store(), 'manifests', library, 'broken/1b'), '{ not JSON');
    await write(
      join(store(), 'manifests', library, 'elsewhere/1b'),
      JSON.stringify({
        layers: [
          { mediaType: 'application/vnd.ollama.image.model', digest: 'sha256:../../etc/passwd', size: 1 },
        ],
      }),
    );
    await write(join(store(), 'manifests', library, 'too/deep/for/1b'), '{}');
    const models = await find();
    expect(models.map(({ name, obstacle }) => [name, obstacle?.kind, obstacle?.reason])).toEqual([
      ['ollama:gone:1b', 'incomplete', 'Its file is not there: the download was not finished.'],
      ['ollama:laid-over:1b', 'unsupported', expect.stringContaining('an adapter laid over it')],
      ['ollama:part:1b', 'incomplete', expect.stringContaining('of 1.0 GB')],
    ]);
  });
});

describe("LM Studio's folders", () => {
  it('are looked through, the old one and the one that was chosen too', async () => {
    await copy(TINY_GGUF, join(home.path, '.lmstudio/models/someone/tiny-GGUF/tiny.Q4_1.gguf'));
    await copy(TINY_GGUF, join(home.path, '.lmstudio/models/someone/tiny-GGUF/mmproj-tiny.gguf'));
    await copy(TINY_GGUF, join(home.path, '.cache/lm-studio/models/old/tiny/tiny.gguf'));
    await copy(TINY_GGUF, join(home.path, 'chosen/x/y/z.gguf'));
    await write(
      join(home.path, '.lmstudio/settings.json'),
      JSON.stringify({ downloadsFolder: join(home.path, 'chosen') }),
    );
    const models = await find();
    expect(names(models)).toEqual([
      'lmstudio:someone/tiny-GGUF/tiny.Q4_1.gguf',
      'lmstudio:old/tiny/tiny.gguf',
      'lmstudio:x/y/z.gguf',
    ]);
    expect(models[0]).toMatchObject({ place: 'lm-studio', architecture: 'llama', parameters: 55_616 });
  });
});

describe('folders of the workspace', () => {
  it('are looked through to some depth, without what other programs keep there', async () => {
    const root = join(home.path, 'work');
    await copy(TINY_GGUF, join(root, 'models/tiny.gguf'));
    await copy(TINY_GGUF, join(root, 'models/split-00002-of-00002.gguf'));
    for (const skipped of ['node_modules/a', '.git/a', '.venv/a', 'a/b/c/d/e']) {
      await copy(TINY_GGUF, join(root, skipped, 'tiny.gguf'));
    }
    for (const [file, content] of Object.entries(await tinyFiles()))
      await write(join(root, 'tuned', file), content);
    await write(join(root, 'image-model/model.onnx'), 'no settings beside it');
    const models = await find({ workspace: [root] });
    expect(models.map(({ title, path, name }) => [title, path, name === path])).toEqual([
      ['models/tiny.gguf', join(root, 'models/tiny.gguf'), true],
      ['tuned', join(root, 'tuned'), true],
    ]);
  });

  it('do not hold up the list, however large they are', async () => {
    const root = join(home.path, 'work');
    for (let folder = 0; folder < 40; folder++) {
      await mkdir(join(root, `f${folder}`), { recursive: true });
      await Promise.all(
        Array.from({ length: 600 }, (_, file) => writeFile(join(root, `f${folder}`, `${file}.txt`), '')),
      );
    }
    await copy(TINY_GGUF, join(root, 'near.gguf'));
    await copy(TINY_GGUF, join(root, 'zzz', 'beyond.gguf'));
    expect((await find({ workspace: [root] })).map(({ title }) => title)).toEqual(['near.gguf']);
  });

  it('with fifty models are listed', async () => {
    const root = join(home.path, 'work');
    for (let i = 0; i < 50; i++) await copy(TINY_GGUF, join(root, `m${i}/tiny.gguf`));
    expect(await find({ workspace: [root] })).toHaveLength(50);
  });
});

describe('whether a model can be tuned', () => {
  const described = async (file: string, content: Uint8Array, free?: number) => {
    await write(join(home.path, 'work', file), content);
    const [model] = await find({ workspace: [join(home.path, 'work')], free });
    return model!;
  };

  it.each([
    ['experts', gguf('mixtral'), 'unsupported', 'It is a mixture of experts (mixtral).'],
    [
      'experts in a dense family',
      gguf('llama', { 'llama.expert_count': 8 }),
      'unsupported',
      /\(llama, 8 experts\)/,
    ],
    ['a state space', gguf('mamba'), 'unsupported', /state-space/],
    ['pictures', gguf('qwen2vl'), 'unsupported', /pictures/],
    ['an architecture nobody knows', gguf('abracadabra'), 'unsupported', /abracadabra/],
    ['a quantisation that is not read', gguf('llama', {}, 16), 'unsupported', /IQ2_XXS/],
    ['something else', Buffer.from('not a model at all'), 'broken', /GGUF/],
    ['nothing', Buffer.alloc(0), 'broken', /GGUF/],
  ])('%s: no, with the reason', async (_, content, kind, reason) => {
    const { obstacle } = await described('m.gguf', content);
    expect(obstacle?.kind).toBe(kind);
    expect(obstacle?.reason).toMatch(reason);
  });

  it('depends on the memory that is free', async () => {
    const tiny = await readFile(TINY_GGUF);
    expect((await described('m.gguf', tiny, 1e9)).obstacle).toBeUndefined();
    expect((await described('m.gguf', tiny, 4e8)).obstacle).toEqual({
      kind: 'too-large',
      reason: 'It is too large for the memory: it needs about 800.2 MB, 400.0 MB are free.',
      hint: expect.stringContaining('smaller model'),
    });
  });

  it('is not asked of half a file', async () => {
    const tiny = await readFile(TINY_GGUF);
    const cut = await described('m.gguf', tiny.subarray(0, tiny.length - 5000));
    expect(cut).toMatchObject({ architecture: 'llama', parameters: 55_616 });
    expect(cut.obstacle?.reason).toMatch(/cut short/);
    const header = await described('m.gguf', tiny.subarray(0, 300));
    expect(header.obstacle?.reason).toMatch(/cut short/);
  });

  it('is not asked of a split file with a part missing', async () => {
    const { obstacle } = await described('m-00001-of-00002.gguf', await readFile(TINY_GGUF));
    expect(obstacle).toMatchObject({
      kind: 'incomplete',
      reason: expect.stringContaining('m-00002-of-00002.gguf'),
    });
  });

  it('is known of ONNX files by the shapes of their weights', async () => {
    const onnx = join(TINY_FOLDER, '../models/llama3/onnx');
    const models = await find({ workspace: [onnx] });
    expect(
      models.map(({ title, architecture, quantisation }) => [title, architecture, quantisation]),
    ).toEqual([
      ['genai-fp32/model.onnx', 'llama', 'float32'],
      ['genai-int4/model.onnx', 'llama', 'int4'],
      ['optimum-with-past/model.onnx', 'llama', 'float32'],
      ['optimum-without-past/model.onnx', 'llama', 'float32'],
      ['torch/model.onnx', 'llama', 'float32'],
      ['traced-14/model.onnx', 'llama', 'float32'],
    ]);
    for (const { obstacle, parameters, format } of models) {
      expect({ obstacle, format }).toEqual({ obstacle: undefined, format: 'onnx' });
      expect(parameters).toBeGreaterThan(25_000);
      expect(parameters).toBeLessThan(60_000);
    }
  });

  it('is not known of an ONNX file whose data is missing, or that is none', async () => {
    const root = join(home.path, 'work');
    await write(join(root, 'a/config.json'), '{"model_type":"llama"}');
    await copy(join(TINY_FOLDER, '../models/llama3/onnx/genai-fp32/model.onnx'), join(root, 'a/model.onnx'));
    await write(join(root, 'b/config.json'), '{"model_type":"llama"}');
    await write(join(root, 'b/model.onnx'), 'this is not a model, whatever its name says');
    const obstacles = (await find({ workspace: [root] })).map(({ obstacle }) => obstacle);
    expect(obstacles[0]).toMatchObject({
      kind: 'incomplete',
      reason: expect.stringContaining('model.onnx.data is missing'),
    });
    expect(obstacles[1]).toMatchObject({
      kind: 'broken',
      reason: expect.stringMatching(/not an ONNX model.*byte/),
    });
  });
});

describe('a place that cannot be read', () => {
  it('takes nothing from the others', async () => {
    await write(join(home.path, '.cache/huggingface/hub'), 'a file where a folder should be');
    await write(join(home.path, '.ollama/models/manifests'), 'a file where a folder should be');
    const locked = join(home.path, 'work/locked');
    await mkdir(locked, { recursive: true });
    await chmod(locked, 0);
    await copy(TINY_GGUF, join(home.path, 'work/tiny.gguf'));
    const workspace = [join(home.path, 'work'), join(home.path, 'nowhere')];
    expect((await find({ workspace })).map(({ title }) => title)).toEqual(['tiny.gguf']);
    await chmod(locked, 0o700);
  });
});

it('a search can be given up', async () => {
  const stop = new AbortController();
  stop.abort();
  await copy(TINY_GGUF, join(home.path, 'work/tiny.gguf'));
  const given = find({ workspace: [join(home.path, 'work')], signal: stop.signal });
  expect(reportError(await given.catch((error) => error)).code).toBe('cancelled');
});

it('the same files in two places are one model', async () => {
  const file = await copy(TINY_GGUF, join(home.path, '.lmstudio/models/a/b/tiny.gguf'));
  await mkdir(join(home.path, 'work'));
  await symlink(file, join(home.path, 'work/tiny.gguf'));
  expect(await find({ workspace: [join(home.path, 'work')] })).toMatchObject([{ place: 'workspace' }]);
});

describe('resolveModel', () => {
  const resolve = (model: string) => resolveModel(model, { cacheFolder: join(home.path, 'softprompt') });
  const hintFor = async (model: string) => reportError(await resolve(model).catch((error) => error));

  it('finds models by the names that they are listed with', async () => {
    await hubRepository(join(home.path, '.cache/huggingface/hub'), 'someone/tiny', await tinyFiles());
    await ollamaModel(join(home.path, '.ollama/models'), 'registry.ollama.ai/library/tiny/135m', [
      { mediaType: 'model', content: await readFile(TINY_GGUF) },
    ]);
    await copy(TINY_GGUF, join(home.path, '.lmstudio/models/a/b/tiny.gguf'));
    await copy(TINY_GGUF, join(home.path, 'softprompt/models/mine/tiny.gguf'));
    const models = await find();
    expect(models).toHaveLength(4);
    for (const { name, path } of models) expect(await resolve(name), name).toBe(path);
  });

  it('is named by its repository in adapters', () => {
    expect(originalOf('hf:someone/tiny')).toBe('someone/tiny');
    expect(originalOf('hf:someone/tiny-GGUF/tiny.Q4_1.gguf')).toBe('someone/tiny-GGUF');
    expect(originalOf('smollm2-135m-instruct')).toBe('HuggingFaceTB/SmolLM2-135M-Instruct');
    expect(originalOf('ollama:smollm2:135m')).toBe('ollama:smollm2:135m');
  });

  it('lists names that are near where there is none', async () => {
    const content = await readFile(TINY_GGUF);
    for (const tag of ['135m', '360m']) {
      await ollamaModel(join(home.path, '.ollama/models'), `registry.ollama.ai/library/smollm2/${tag}`, [
        { mediaType: 'model', content },
      ]);
    }
    const misspelt = await hintFor('ollama:smolm2:135m');
    expect(misspelt).toMatchObject({ code: 'model-missing', hint: 'Did you mean "ollama:smollm2:135m"?' });
    expect((await hintFor('ollama:smollm2')).hint).toBe(
      'There is: ollama:smollm2:135m, ollama:smollm2:360m.',
    );
    expect((await hintFor('ollama:qwen:7b')).hint).toContain('ollama:smollm2:360m');
    expect((await hintFor('hf:a/b')).hint).toContain('No model was found there');
  });
});

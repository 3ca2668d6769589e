import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeftAdapter, writePeftAdapter } from '../../src/engine/adapters/peft';
import { joinParameters } from '../../src/engine/compile/classHead';
import { evaluateRun } from '../../src/engine/evaluation/evaluateRun';
import { openTrial } from '../../src/engine/evaluation/trial';
import { readRun } from '../../src/engine/runs/readRuns';
import { resumeRun } from '../../src/engine/runs/resumeRun';
import { runFiles } from '../../src/engine/runs/runFolder';
import { startRun } from '../../src/engine/runs/startRun';
import { previewRow } from '../../src/engine/task/previewRow';
import { readCheckpoint } from '../../src/engine/tuning/checkpoint';
import { RunControl } from '../../src/engine/tuning/runControl';
import { previewText } from '../../src/extension/dataset/previewText';
import type { RunEvent } from '../../src/protocol/runs';
import type { TaskFile } from '../../src/protocol/taskFile';
import { writeTinyTask } from './tinyTask';

const models = join(__dirname, '../oracle/fixtures/models');
const BERT: Partial<TaskFile> = { model: join(models, 'bert'), template: '{mask}: {text}' };
const MINILM: Partial<TaskFile> = { model: join(models, 'minilm'), template: '{text}' };

/** The tiny models have random weights: it takes long steps to move. */
const training = { steps: 24, batchRows: 6, learningRate: 0.3, evaluateEvery: 8, checkpointEvery: 3 };

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-encoders-'));
});
afterAll(() => rm(root, { recursive: true }));

const options = () => ({ cacheFolder: join(root, 'cache'), threads: 1 });
const newTask = async (overrides: Partial<TaskFile>) =>
  writeTinyTask(await mkdtemp(join(root, 'task-')), { training, ...overrides });

async function run(task: string, stopAfter?: number) {
  const control = new RunControl();
  let folder = '';
  const events: RunEvent[] = [];
  const record = await startRun(task, {
    ...options(),
    control,
    onCreated: (path) => {
      folder = path;
    },
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'step' && event.step === stopAfter) control.cancel();
    },
  });
  const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  return { record, folder, losses, notices, files: runFiles(folder) };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
const adapterBytes = (folder: string) =>
  readFile(join(runFiles(folder).adapter, 'adapter_model.safetensors'), 'hex');
const adapterConfig = async (folder: string) =>
  JSON.parse(await readFile(join(runFiles(folder).adapter, 'adapter_config.json'), 'utf8'));

describe.each([
  ['a masked language model', BERT, ['tuned', 'zero-shot', 'few-shot']],
  ['an encoder with a class head', MINILM, ['tuned', 'zero-shot']],
] as const)('%s', (_, overrides, contenders) => {
  let task: string;
  let whole: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    task = await newTask(overrides);
    whole = await run(task);
  });

  it('learns, beside its hard prompts', () => {
    expect(whole.record.state).toBe('finished');
    expect(mean(whole.losses.slice(-6))).toBeLessThan(mean(whole.losses.slice(0, 6)) - 0.05);
    expect(Object.keys(whole.record.results)).toEqual(contenders);
  });

  it('goes on after a stop as if there had been none', async () => {
    const stopped = await run(task, 10);
    expect(stopped.record.state).toBe('cancelled');
    const resumed = await resumeRun(stopped.folder, options());
    expect(resumed.results).toEqual(whole.record.results);
    expect(await adapterBytes(stopped.folder)).toBe(await adapterBytes(whole.folder));
  });

  it('answers from its adapter as it did in the test', async () => {
    const { predictions } = await readRun(whole.folder);
    const trial = await openTrial(whole.folder, options());
    try {
      for (const { text, probabilities } of predictions.slice(0, 4)) {
        const tuned = await trial.answer({ text }, { kind: 'tuned' });
        const zeroShot = await trial.answer({ text }, { kind: 'zero-shot' });
        for (const [label, probability] of Object.entries(probabilities!)) {
          expect(tuned.probabilities![label]).toBeCloseTo(probability, 4);
        }
        expect(Object.keys(zeroShot.probabilities!)).toEqual(['bad', 'good']);
      }
    } finally {
      await trial.close();
    }
    const again = await evaluateRun(whole.folder, options());
    expect(again.record.results).toEqual(whole.record.results);
  });
});

it.each([
  ['a masked language model', BERT],
  ['an encoder with a class head', MINILM],
])('%s is compared with an instruction of the user’s own', async (_, overrides) => {
  const short = { training: { ...training, steps: 1 } };
  const bare = await run(await newTask({ ...overrides, ...short }));
  const evaluation = { fewShot: 0, hardPrompt: 'good or bad?' };
  const instructed = await run(await newTask({ ...overrides, ...short, evaluation }));
  expect(Object.keys(instructed.record.results)).toEqual(['tuned', 'zero-shot']);
  expect(instructed.record.results['zero-shot']!.loss).not.toBe(bare.record.results['zero-shot']!.loss);
});

describe('a masked language model', () => {
  it('is shown with its mask and its label words', async () => {
    const preview = await previewRow(await newTask(BERT), 1, options());
    expect(preview.segments).toContainEqual({ kind: 'text', text: '[MASK]: The lamp no 0 works well' });
    expect(preview.labelWords).toHaveLength(2);
  });

  it('has its mask at the end of a template without one', async () => {
    const task = await newTask({ ...BERT, template: '{text}\nIt is' });
    const preview = await previewRow(task, 1, options());
    expect(preview.segments[1]).toMatchObject({ text: 'The lamp no 0 works well\nIt is [MASK]' });
  });

  it('reads a mask that a row names as text', async () => {
    const task = await newTask({ ...BERT, data: 'masks.csv' });
    const rows = Array.from({ length: 20 }, (_, i) => `a ${i} [MASK] b,${i % 2 ? 'good' : 'bad'}`);
    await writeFile(join(task, '../masks.csv'), `text,label\n${rows.join('\n')}\n`);
    expect((await run(task)).record.state).toBe('finished');
  });

  it('is saved as a feature extractor: PEFT has no name for it', async () => {
    const { folder } = await run(await newTask({ ...BERT, training: { ...training, steps: 1 } }));
    expect(await adapterConfig(folder)).toMatchObject({ task_type: 'FEATURE_EXTRACTION', token_dim: 32 });
  });

  it.each<[string, Partial<TaskFile>, RegExp]>([
    ['texts', { target: { kind: 'text', column: 'label' } }, /masked language model.*cannot write texts/],
    ['whole labels', { target: { kind: 'label', column: 'label', score: 'whole-label' } }, /whole labels/],
    ['two masks', { template: '{mask} {text} {mask}' }, /two \{mask\}/],
  ])('refuses %s', async (_, overrides, message) => {
    await expect(run(await newTask({ ...BERT, ...overrides }))).rejects.toThrow(message);
  });
});

describe('an encoder with a class head', () => {
  it('is shown with the texts that its classes start from', async () => {
    const preview = await previewRow(await newTask(MINILM), 1, options());
    expect(preview).toMatchObject({ classHead: true, labelWords: [{ word: 'bad' }, { word: 'good' }] });
    expect(previewText(preview)).toMatch(/Class head, trained beside the prompt/);
  });

  it('saves prompt and head as PEFT does for sequence classification', async () => {
    const { folder, files, record } = await run(await newTask(MINILM));
    const { prompt, head, virtualTokens } = await readPeftAdapter(files.adapter, record.model);
    expect([prompt.length, virtualTokens]).toEqual([4 * 32, 4]);
    expect([head!.weight.length, head!.bias.length]).toEqual([2 * 32, 2]);
    const { state } = (await readCheckpoint(files.checkpoint))!;
    expect(joinParameters(prompt, head!)).toEqual(state.best!.prompt);
    expect(await adapterConfig(folder)).toMatchObject({
      task_type: 'SEQ_CLS',
      modules_to_save: expect.arrayContaining(['classifier', 'score']),
    });
    expect(record.model).toMatchObject({ kind: 'encoder', tuned: 4 * 32 + 2 * 33 });
  });

  it('is not asked with an adapter whose head is not its own', async () => {
    const { files, folder, record } = await run(
      await newTask({ ...MINILM, training: { ...training, steps: 1 } }),
    );
    const { prompt, virtualTokens } = await readPeftAdapter(files.adapter);
    const model = { kind: 'encoder' as const, hiddenSize: 32, layers: 2, heads: 4 };
    await writePeftAdapter(files.adapter, {
      prompt,
      virtualTokens,
      baseModel: record.model.path,
      model,
      init: { from: 'labels' },
    });
    await expect(openTrial(folder, options())).rejects.toMatchObject({
      code: 'run-invalid',
      message: 'The adapter has 128 values, but 194 were tuned with its class head.',
    });
  });

  it('says what its head starts from, and that there is no few-shot', async () => {
    const { notices } = await run(await newTask({ ...MINILM, training: { ...training, steps: 1 } }));
    expect(notices.join('\n')).toMatch(/class head is trained.*bad → bad, good → good/);
    expect(notices.join('\n')).toMatch(/Zero-shot is scored by similarity to the labels/);
    expect(notices.join('\n')).toMatch(/Few-shot is left out/);
  });

  it.each<[string, Partial<TaskFile>, RegExp]>([
    ['texts', { target: { kind: 'text', column: 'label' } }, /encoder without head.*cannot write texts/],
    ['a mask', { template: '{text} {mask}' }, /does not fill in words/],
  ])('refuses %s', async (_, overrides, message) => {
    await expect(run(await newTask({ ...MINILM, ...overrides }))).rejects.toThrow(message);
  });
});

describe('the same model in other formats', () => {
  it.each<[string, Partial<TaskFile>, string]>([
    ['an encoder as GGUF', MINILM, 'minilm/model.gguf'],
    ['an encoder as ONNX', MINILM, 'minilm/onnx/optimum'],
    ['a masked language model as ONNX', BERT, 'bert/onnx/optimum'],
  ])('learns the same: %s', async (_, overrides, model) => {
    const short = { training: { ...training, steps: 3 } };
    const safetensors = await run(await newTask({ ...overrides, ...short }));
    const other = await run(await newTask({ ...overrides, ...short, model: join(models, model) }));
    expect(other.losses).toHaveLength(3);
    other.losses.forEach((loss, step) => {
      expect(loss).toBeCloseTo(safetensors.losses[step]!, 3);
    });
  });
});

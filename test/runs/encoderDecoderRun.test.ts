import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeftAdapter } from '../../src/engine/adapters/peft';
import { openTrial } from '../../src/engine/evaluation/trial';
import { resumeRun } from '../../src/engine/runs/resumeRun';
import { runFiles } from '../../src/engine/runs/runFolder';
import { startRun } from '../../src/engine/runs/startRun';
import { RunControl } from '../../src/engine/tuning/runControl';
import type { RunEvent } from '../../src/protocol/runs';
import type { TaskFile } from '../../src/protocol/taskFile';
import { writeTinyTask } from './tinyTask';

const models = join(__dirname, '../oracle/fixtures/models');

/** The tiny model has random weights: it takes long steps to move. */
const training = { steps: 24, batchRows: 6, learningRate: 0.5, evaluateEvery: 8, checkpointEvery: 3 };

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-t5-'));
});
afterAll(() => rm(root, { recursive: true }));

const options = () => ({ cacheFolder: join(root, 'cache'), threads: 1 });

/** One run from start to end, and the same one stopped half way and resumed. */
async function runTwice(overrides: Partial<TaskFile>) {
  const folder = await mkdtemp(join(root, 'task-'));
  const task = await writeTinyTask(folder, { model: join(models, 'flan-t5'), training, ...overrides });
  const events: RunEvent[] = [];
  let whole = '';
  const record = await startRun(task, {
    ...options(),
    onEvent: (event) => events.push(event),
    onCreated: (path) => {
      whole = path;
    },
  });
  let halted = '';
  const control = new RunControl();
  await startRun(task, {
    ...options(),
    control,
    onEvent: (event) => {
      if (event.type === 'step' && event.step === 10) control.cancel();
    },
    onCreated: (path) => {
      halted = path;
    },
  }).catch((error) => expect(error.code).toBe('cancelled'));
  const resumed = await resumeRun(halted, options());
  const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
  return { record, resumed, losses, whole: runFiles(whole), halted: runFiles(halted), folder: whole };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const adapterOf = (files: ReturnType<typeof runFiles>) =>
  readFile(join(files.adapter, 'adapter_model.safetensors'));

describe('an encoder-decoder', () => {
  it.each(['first-token', 'whole-label'] as const)('learns labels by %s, and resumes', async (score) => {
    const found = await runTwice({ target: { column: 'label', kind: 'label', score } });
    expect(mean(found.losses.slice(-6))).toBeLessThan(mean(found.losses.slice(0, 6)));
    expect(Object.keys(found.record.results)).toEqual(['tuned', 'zero-shot', 'few-shot']);
    expect(await adapterOf(found.halted)).toEqual(await adapterOf(found.whole));
    expect(found.resumed.results).toEqual(found.record.results);
    expect((await readPeftAdapter(found.whole.adapter, { hiddenSize: 32 })).virtualTokens).toBe(4);
    const config = JSON.parse(await readFile(join(found.whole.adapter, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({
      task_type: 'SEQ_2_SEQ_LM',
      num_transformer_submodules: 1,
      num_layers: 2,
      num_attention_heads: 4,
      token_dim: 32,
    });
    const trial = await openTrial(found.folder, options());
    try {
      const values = { text: 'The lamp no 3 works well' };
      const tuned = await trial.answer(values, { kind: 'tuned' });
      const zeroShot = await trial.answer(values, { kind: 'zero-shot' });
      expect(['good', 'bad']).toContain(tuned.predicted);
      expect(Object.keys(zeroShot.probabilities!)).toEqual(expect.arrayContaining(['good', 'bad']));
    } finally {
      await trial.close();
    }
  });

  it.each(['bart', 'marian', 'mt5', 't5-gguf/model.gguf', 't5/onnx/optimum'])(
    'of every family and format goes from start to end: %s',
    async (name) => {
      const folder = await mkdtemp(join(root, 'task-'));
      const task = await writeTinyTask(folder, {
        model: join(models, name),
        target: { column: 'label', kind: 'text', maxTokens: 6 },
        training: { ...training, steps: 4 },
      });
      const record = await startRun(task, { ...options(), onEvent: () => {} });
      expect(record.state).toBe('finished');
      expect(Object.keys(record.results)).toEqual(['tuned', 'zero-shot', 'few-shot']);
    },
  );

  it('learns to write texts, and resumes', async () => {
    const found = await runTwice({ target: { column: 'label', kind: 'text', maxTokens: 6 } });
    expect(mean(found.losses.slice(-6))).toBeLessThan(mean(found.losses.slice(0, 6)));
    expect(found.record.results.tuned!.kind).toBe('text');
    expect(await adapterOf(found.halted)).toEqual(await adapterOf(found.whole));
    expect(found.resumed.results).toEqual(found.record.results);
    const trial = await openTrial(found.folder, options());
    try {
      const tuned = await trial.answer({ text: 'The lamp no 3 works well' }, { kind: 'tuned' });
      expect(typeof tuned.predicted).toBe('string');
    } finally {
      await trial.close();
    }
  });
});

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeftAdapter } from '../../src/engine/adapters/peft';
import { evaluateRun } from '../../src/engine/evaluation/evaluateRun';
import { readRun } from '../../src/engine/runs/readRuns';
import { runFiles } from '../../src/engine/runs/runFolder';
import type { RunOptions } from '../../src/engine/runs/runOptions';
import { startRun } from '../../src/engine/runs/startRun';
import { RunControl } from '../../src/engine/tuning/runControl';
import type { EvaluatedRows } from '../../src/protocol/requests';
import type { RunEvent, RunRecord } from '../../src/protocol/runs';
import type { TaskFile } from '../../src/protocol/taskFile';
import { writeTinyTask } from './tinyTask';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-start-'));
});
afterAll(() => rm(root, { recursive: true }));

async function run(overrides: Partial<TaskFile> = {}, options: Partial<RunOptions> = {}) {
  const folder = await mkdtemp(join(root, 'task-'));
  const task = await writeTinyTask(folder, overrides);
  const events: RunEvent[] = [];
  let created = '';
  const answered: EvaluatedRows[] = [];
  const record = await startRun(task, {
    cacheFolder: join(root, 'cache'),
    threads: 1,
    onEvent: (event) => events.push(event),
    onCreated: (path) => {
      created = path;
    },
    onPredictions: (rows) => answered.push(rows),
    ...options,
  });
  const predictions = answered.find(({ split }) => split === 'test')?.predictions ?? [];
  return { folder, record, events, created, answered, predictions, files: runFiles(created) };
}

const ofType = <T extends RunEvent['type']>(events: RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

describe('a run', () => {
  let whole: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    whole = await run();
  });

  it('goes through its states, and learns', () => {
    const { record, events } = whole;
    expect(ofType(events, 'state').map(({ state }) => state)).toEqual([
      'preparing',
      'training',
      'testing',
      'finished',
    ]);
    const losses = ofType(events, 'step').map(({ loss }) => loss);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
    expect(losses).toHaveLength(24);
    expect(mean(losses.slice(-6))).toBeLessThan(mean(losses.slice(0, 6)) - 0.1);
    expect(record.steps).toBe(24);
    expect(record.results.tuned!.rows).toBe(record.data.rows.test);
    expect(Object.keys(record.results)).toEqual(['tuned', 'zero-shot', 'few-shot']);
  });

  it('validates from step 0 on, and has the zero-shot line by the second time', () => {
    const validations = ofType(whole.events, 'evaluation').filter(({ split }) => split === 'validation');
    expect(validations.map(({ contender, step }) => [contender, step])).toEqual([
      ['tuned', 0],
      ['zero-shot', 0],
      ['tuned', 8],
      ['tuned', 16],
      ['tuned', 24],
    ]);
  });

  it('makes its first step before any baseline', () => {
    const types = whole.events.map((event) => (event.type === 'evaluation' ? event.contender : event.type));
    expect(types.indexOf('step')).toBeLessThan(types.indexOf('zero-shot'));
  });

  it('leaves a folder of plain files that say the same', async () => {
    const { created, record, events, predictions, files, folder } = whole;
    const detail = await readRun(created);
    expect(detail.record).toEqual(JSON.parse(JSON.stringify(record)));
    expect(detail.events).toEqual(JSON.parse(JSON.stringify(events)));
    expect(detail.predictions).toEqual(predictions);
    expect(predictions).toHaveLength(record.data.rows.test);
    expect(predictions[0]!.baseline).toBeDefined();
    expect(record.process).toBeUndefined();
    expect(await readdir(created)).toEqual([
      'adapter',
      'checkpoint',
      'metrics.jsonl',
      'predictions.jsonl',
      'run.json',
      'validation-predictions.jsonl',
    ]);
    expect(await readFile(join(folder, '.softprompt/.gitignore'), 'utf8')).toBe('*\n');
    const adapter = await readPeftAdapter(files.adapter, { hiddenSize: 64 });
    expect(adapter.virtualTokens).toBe(4);
    expect(record.nearestWords).toHaveLength(4);
    expect(record.best!.step).toBeGreaterThan(0);
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const again = await run();
    const other = await run({ training: { steps: 24, batchRows: 6, evaluateEvery: 8, seed: 1 } });
    const adapter = (files: ReturnType<typeof runFiles>) =>
      readFile(join(files.adapter, 'adapter_model.safetensors'));
    expect(await adapter(again.files)).toEqual(await adapter(whole.files));
    expect(again.predictions.map(({ loss }) => loss)).toEqual(whole.predictions.map(({ loss }) => loss));
    expect(await adapter(other.files)).not.toEqual(await adapter(whole.files));
  });
});

describe('other tasks', () => {
  const losses = (events: RunEvent[]) => ofType(events, 'step').map(({ loss }) => loss);

  it('whole labels', async () => {
    const target = { column: 'label', kind: 'label', score: 'whole-label' } as const;
    const { record, events } = await run({ target });
    expect(record.results.tuned!.kind).toBe('label');
    expect(record.labelWords!.every(({ tokens }) => tokens.length > 1)).toBe(true);
    expect(losses(events).at(-1)!).toBeLessThan(losses(events)[0]! - 0.5);
  });

  it('free text', async () => {
    const target = { column: 'label', kind: 'text', maxTokens: 8 } as const;
    const { record, events } = await run({ target, evaluation: { fewShot: 1 } });
    expect(record.results.tuned).toMatchObject({ kind: 'text', rows: record.data.rows.test });
    expect(losses(events).at(-1)!).toBeLessThan(losses(events)[0]! - 0.5);
  });

  it.each([{ from: 'vocabulary' } as const, { from: 'labels' } as const])(
    'a prompt that starts $from',
    async (init) => {
      const { record } = await run({ method: { virtualTokens: 3, init } });
      expect(record.state).toBe('finished');
      expect(record.nearestWords).toHaveLength(3);
    },
  );

  it.each<[string, Partial<TaskFile>]>([
    ['label words', {}],
    ['whole labels', { target: { column: 'label', kind: 'label', score: 'whole-label' } }],
    ['free text', { target: { column: 'label', kind: 'text', maxTokens: 8 }, evaluation: { fewShot: 0 } }],
  ])('virtual tokens behind the text: %s', async (_, overrides) => {
    const { record, events, created } = await run({
      method: { virtualTokens: 4, placement: 'after' },
      ...overrides,
    });
    expect(record.state).toBe('finished');
    const mean = (some: number[]) => some.reduce((sum, loss) => sum + loss, 0) / some.length;
    expect(mean(losses(events).slice(-6))).toBeLessThan(mean(losses(events).slice(0, 6)));
    // The prompt that was kept does as well when it is read back.
    const again = await evaluateRun(created, { cacheFolder: join(root, 'cache'), threads: 1 });
    expect(again.record.results.tuned).toEqual(record.results.tuned);
  });

  it('epochs', async () => {
    const { record, events } = await run({ training: { epochs: 1.5, batchRows: 8 } });
    expect(record.data.rows.train).toBe(56);
    expect(record.steps).toBe(11);
    expect(losses(events)).toHaveLength(11);
  });

  it('without baselines', async () => {
    const { record, predictions } = await run({ evaluation: { fewShot: 0, zeroShot: false } });
    expect(Object.keys(record.results)).toEqual(['tuned']);
    expect(predictions[0]!.baseline).toBeUndefined();
  });

  it('with a limit beyond the context: it says that there is no room for more', async () => {
    const folder = await mkdtemp(join(root, 'task-'));
    const task = await writeTinyTask(folder, {
      limit: 100_000,
      training: { steps: 1 },
      evaluation: { fewShot: 0 },
    });
    const csv = await readFile(join(folder, 'tiny.csv'), 'utf8');
    await writeFile(join(folder, 'tiny.csv'), `${csv}${'a long row '.repeat(500)},bad\n`);
    const events: RunEvent[] = [];
    await startRun(task, { cacheFolder: join(root, 'cache'), onEvent: (event) => events.push(event) });
    expect(ofType(events, 'notice')).toContainEqual(
      expect.objectContaining({ hint: expect.stringMatching(/context of \d+ tokens has no room for more/) }),
    );
  });

  it('with rows that are left out or cut: it says so', async () => {
    const folder = await mkdtemp(join(root, 'task-'));
    const task = await writeTinyTask(folder, { limit: 30 });
    const csv = await readFile(join(folder, 'tiny.csv'), 'utf8');
    await writeFile(join(folder, 'tiny.csv'), `${csv}No label,\n${'a long row '.repeat(20)},bad\n`);
    const events: RunEvent[] = [];
    const record = await startRun(task, {
      cacheFolder: join(root, 'cache'),
      onEvent: (event) => events.push(event),
    });
    const notices = ofType(events, 'notice').map(({ message }) => message);
    expect(notices).toContainEqual(expect.stringMatching(/^1 row was left out/));
    expect(notices).toContainEqual(expect.stringMatching(/rows? (was|were) cut to 30 tokens/));
    expect(ofType(events, 'notice')).toContainEqual(
      expect.objectContaining({ hint: expect.stringMatching(/raise "limit"/) }),
    );
    expect(record.data.leftOut.count).toBe(1);
    expect(record.data.cutRows).toBeGreaterThan(0);
  });
});

describe('a run that is held', () => {
  /** Calls back when that step was made. */
  const atStep = (step: number, act: () => void) => (event: RunEvent) => {
    if (event.type === 'step' && event.step === step) act();
  };

  it('pauses with a checkpoint, and goes on', async () => {
    const control = new RunControl();
    let paused: RunRecord | undefined;
    let checkpoint: unknown;
    const states: string[] = [];
    let folder = '';
    const { record } = await run(
      {},
      {
        control,
        onCreated: (path) => {
          folder = path;
        },
        onEvent: (event) => {
          if (event.type === 'state') states.push(event.state);
          atStep(5, () => {
            control.pause();
            setTimeout(async () => {
              paused = (await readRun(folder)).record;
              checkpoint = await stat(runFiles(folder).checkpoint);
              control.continue();
            }, 150);
          })(event);
        },
      },
    );
    expect(states).toEqual(['preparing', 'training', 'paused', 'training', 'testing', 'finished']);
    expect(paused).toMatchObject({ state: 'paused', process: process.pid });
    expect(checkpoint).toBeDefined();
    expect(record.seconds!.training).toBeLessThan(record.seconds!.total);
  });

  it('pauses before the training and in the test too', async () => {
    const control = new RunControl();
    const states: string[] = [];
    const onEvent = (event: RunEvent) => {
      if (event.type !== 'state') return;
      states.push(event.state);
      if (event.state === 'preparing' && states.length === 1) control.pause();
      if (event.state === 'testing' && states.length < 6) control.pause();
      if (event.state === 'paused') setTimeout(() => control.continue(), 20);
    };
    await run({}, { control, onEvent });
    expect(states).toEqual([
      'preparing',
      'paused',
      'preparing',
      'training',
      'testing',
      'paused',
      'testing',
      'finished',
    ]);
  });

  it.each([
    ['cancelled', (control: RunControl, _: AbortController) => control.cancel()],
    ['interrupted', (_: RunControl, leaving: AbortController) => leaving.abort()],
  ])('is %s, and its best prompt so far is kept', async (state, stop) => {
    const control = new RunControl();
    const leaving = new AbortController();
    const { record, files } = await run(
      {},
      { control, signal: leaving.signal, onEvent: atStep(11, () => stop(control, leaving)) },
    );
    expect(record).toMatchObject({ state, results: {} });
    expect(record.endedAt).toBeDefined();
    await readPeftAdapter(files.adapter);
    expect(JSON.parse(await readFile(join(files.checkpoint, 'state.json'), 'utf8')).step).toBe(11);
  });
});

describe('a run that cannot be', () => {
  it.each(['models/bert', 'models/t5', 'models/llama3/onnx/optimum-without-past'])(
    'leaves no folder where the virtual tokens cannot stand behind the text: %s',
    async (model) => {
      const folder = await mkdtemp(join(root, 'task-'));
      const task = await writeTinyTask(folder, {
        model: join(__dirname, '../oracle/fixtures', model),
        method: { placement: 'after' },
      });
      await expect(startRun(task, { cacheFolder: join(root, 'cache') })).rejects.toMatchObject({
        code: 'task-invalid',
        message: expect.stringMatching(/cannot stand behind the text/),
        details: { place: { file: task }, hint: expect.stringMatching(/"before"/) },
      });
      expect(await readdir(folder)).toEqual(['tiny.csv', 'tiny.softprompt.json']);
    },
  );

  it('leaves no folder when its task, data or model is not right', async () => {
    const folder = await mkdtemp(join(root, 'task-'));
    const task = await writeTinyTask(folder, { model: './nowhere.gguf' });
    await expect(startRun(task, { cacheFolder: join(root, 'cache') })).rejects.toMatchObject({
      code: 'model-missing',
    });
    expect(await readdir(folder)).toEqual(['tiny.csv', 'tiny.softprompt.json']);
  });

  it.each([
    ['a mask', { template: '{text} {mask}' }, /\{mask\}/],
    [
      'messages',
      { template: undefined, messages: [{ role: 'user' as const, content: '{text}' }] },
      /chat template/,
    ],
  ])('leaves no folder where the model cannot do with %s', async (_, overrides, message) => {
    const folder = await mkdtemp(join(root, 'task-'));
    const task = await writeTinyTask(folder, overrides);
    await expect(startRun(task, { cacheFolder: join(root, 'cache') })).rejects.toMatchObject({
      code: 'task-invalid',
      message: expect.stringMatching(message),
      details: { place: { file: task } },
    });
    expect(await readdir(folder)).toEqual(['tiny.csv', 'tiny.softprompt.json']);
  });

  it('says in run.json why it failed', async () => {
    const cacheFolder = join(root, 'cache-that-is-a-file');
    await writeFile(cacheFolder, '');
    let folder = '';
    const started = run(
      {},
      {
        cacheFolder,
        onCreated: (path) => {
          folder = path;
        },
      },
    );
    await expect(started).rejects.toThrow();
    const { record, events } = await readRun(folder);
    expect(record.state).toBe('failed');
    expect(record.error!.message).not.toBe('');
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'failed', error: record.error });
  });
});

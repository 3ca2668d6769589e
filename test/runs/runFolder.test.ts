import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricsLog, readEvents } from '../../src/engine/runs/metricsLog';
import { readPredictions, writePredictions } from '../../src/engine/runs/predictionsFile';
import { listRuns, readRun, summariseRun } from '../../src/engine/runs/readRuns';
import { createRunFolder, deleteRun, runFiles, runsFolderOf } from '../../src/engine/runs/runFolder';
import { failRun, readRecord, writeRecord } from '../../src/engine/runs/runRecord';
import type { LabelMetrics } from '../../src/protocol/metrics';
import type { PredictionRecord, RunEvent, RunRecord } from '../../src/protocol/runs';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-runs-'));
});
afterAll(() => rm(root, { recursive: true }));

const NOW = new Date('2026-11-22T10:15:30Z');
const fresh = () => mkdtemp(join(root, 'folder-'));

const metrics = (accuracy: number) => ({ kind: 'label', accuracy }) as LabelMetrics;

function recordOf(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1,
    id: 'support-2026-11-22T10-15-30',
    task: {
      name: 'support',
      file: '/tasks/support.softprompt.json',
      target: { kind: 'label' },
    } as RunRecord['task'],
    state: 'finished',
    createdAt: NOW.toISOString(),
    softprompt: '0.1.0',
    model: { name: 'tiny', path: '/models/tiny', hash: 'abc', parameters: 1, hiddenSize: 64, layers: 2 },
    data: {
      hashes: {},
      rows: { train: 1, validation: 1, test: 1 },
      leftOut: { count: 0, reasons: {} },
      cutRows: 0,
    },
    device: { platform: 'linux-x64', cpu: 'a', threads: 1, precision: 'float32' },
    steps: 100,
    results: {},
    ...overrides,
  };
}

async function runWith(record: Partial<RunRecord>, events: RunEvent[] = []): Promise<string> {
  const folder = await createRunFolder(runsFolderOf(await fresh()), 'support', NOW);
  await writeRecord(folder, recordOf(record));
  const log = new MetricsLog(runFiles(folder).metrics);
  for (const event of events) log.append(event);
  log.close();
  return folder;
}

const step = (n: number): RunEvent => ({
  type: 'step',
  time: n,
  step: n,
  loss: 1 / n,
  learningRate: 0.1,
  gradientNorm: 1,
  tokens: 10,
  seconds: 1,
});
const validation = (at: number, accuracy: number): RunEvent => ({
  type: 'evaluation',
  time: at,
  step: at,
  split: 'validation',
  contender: 'tuned',
  metrics: metrics(accuracy),
});

describe('createRunFolder', () => {
  it('names runs by task and time, each its own', async () => {
    const runs = runsFolderOf(await fresh());
    const names = [];
    for (let i = 0; i < 3; i++)
      names.push((await createRunFolder(runs, 'support', NOW)).slice(runs.length + 1));
    const first = 'support-2026-11-22T10-15-30';
    expect(names).toEqual([first, `${first}-2`, `${first}-3`]);
  });

  it('keeps runs out of version control, and leaves the user their own .gitignore', async () => {
    const folder = await fresh();
    await createRunFolder(runsFolderOf(folder), 'a', NOW);
    const file = join(folder, '.softprompt/.gitignore');
    expect(await readFile(file, 'utf8')).toBe('*\n');
    await writeFile(file, 'checkpoint/\n');
    await createRunFolder(runsFolderOf(folder), 'b', NOW);
    expect(await readFile(file, 'utf8')).toBe('checkpoint/\n');
  });
});

describe('run.json', () => {
  it('names the process of a live run, and not of others', async () => {
    const live = await readRecord(await runWith({ state: 'training' }));
    expect(live).toMatchObject({ state: 'training', process: process.pid });
    const finished = await readRecord(await runWith({ state: 'finished' }));
    expect(finished).not.toHaveProperty('process');
  });

  it('reads as interrupted when the process is gone', async () => {
    const folder = await runWith({ state: 'training' });
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await rewrite(folder, { process: pid });
    const record = await readRecord(folder);
    expect(record.state).toBe('interrupted');
    expect(record).not.toHaveProperty('process');
  });

  it.runIf(process.platform === 'linux')(
    'reads as interrupted when the number is another process',
    async () => {
      const folder = await runWith({ state: 'training' });
      await rewrite(folder, { processStart: 'another boot 12345' });
      expect((await readRecord(folder)).state).toBe('interrupted');
    },
  );

  it.each([
    ['nothing', null, /no run.json/],
    ['half a file', '{"version": 1, "id"', /cannot be read/],
    ['another version', JSON.stringify({ version: 2 }), /not a run's/],
  ])('is refused with reason: %s', async (_, content, message) => {
    const folder = await fresh();
    if (content !== null) await writeFile(join(folder, 'run.json'), content);
    await expect(readRecord(folder)).rejects.toMatchObject({
      code: 'run-invalid',
      message: expect.stringMatching(message),
    });
  });

  it('takes the end from whoever outlived the worker, for live runs only', async () => {
    const error = { code: 'internal' as const, message: 'The worker is gone.' };
    const live = await runWith({ state: 'training' });
    await failRun(live, error);
    expect(await readRecord(live)).toMatchObject({ state: 'failed', error });
    const finished = await runWith({ state: 'finished' });
    await failRun(finished, error);
    expect((await readRecord(finished)).state).toBe('finished');
  });

  async function rewrite(folder: string, changes: Partial<RunRecord>): Promise<void> {
    const file = runFiles(folder).record;
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...changes }));
  }
});

describe('metrics.jsonl', () => {
  it('is read without its torn last line, odd lines and unknown types', async () => {
    const file = join(await fresh(), 'metrics.jsonl');
    await writeFile(
      file,
      [
        JSON.stringify(step(1)),
        '{"type": "hologram", "time": 2}',
        'not JSON',
        '{"no": "type"}',
        '',
        JSON.stringify(step(2)),
        '{"type": "step", "ti',
      ].join('\n'),
    );
    expect(await readEvents(file)).toEqual([step(1), step(2)]);
  });

  it('goes on after a torn line', async () => {
    const file = join(await fresh(), 'metrics.jsonl');
    await writeFile(file, `${JSON.stringify(step(1))}\n{"type": "st`);
    const log = new MetricsLog(file);
    log.append(step(2));
    log.close();
    expect(await readEvents(file)).toEqual([step(1), step(2)]);
  });

  it('drops what came after a checkpoint', async () => {
    const file = join(await fresh(), 'metrics.jsonl');
    const first = new MetricsLog(file);
    first.append(step(1));
    const { bytes } = first;
    first.append(step(2));
    await first.sync();
    first.close();
    const second = new MetricsLog(file, bytes);
    expect(second.bytes).toBe(bytes);
    second.append(step(3));
    second.close();
    expect(await readEvents(file)).toEqual([step(1), step(3)]);
  });

  it('counts bytes, not characters', async () => {
    const file = join(await fresh(), 'metrics.jsonl');
    const log = new MetricsLog(file);
    log.append({ type: 'notice', time: 0, message: 'Größe 😀' });
    log.close();
    expect(log.bytes).toBe((await readFile(file)).length);
  });
});

describe('predictions.jsonl', () => {
  const prediction: PredictionRecord = {
    row: 1,
    line: 2,
    file: 'a.csv',
    text: 'one\nline\u2028more',
    expected: 'a',
    predicted: 'b',
    correct: false,
    confidence: 0.5,
    loss: 1,
    cutTokens: 0,
  };

  it('gives back what was written', async () => {
    const file = join(await fresh(), 'predictions.jsonl');
    expect(await readPredictions(file)).toEqual([]);
    await writePredictions(file, [prediction, { ...prediction, row: 2 }]);
    expect(await readPredictions(file)).toEqual([prediction, { ...prediction, row: 2 }]);
  });

  it('names the line that is damaged', async () => {
    const file = join(await fresh(), 'predictions.jsonl');
    await writePredictions(file, [prediction]);
    await appendFile(file, '{"row": 2}\n');
    await expect(readPredictions(file)).rejects.toMatchObject({
      code: 'run-invalid',
      details: { place: { file, line: 2 } },
    });
  });
});

describe('lists of runs', () => {
  it('say how far a run is, and the best on the validation rows', async () => {
    const folder = await runWith({ state: 'cancelled' }, [
      validation(0, 0.5),
      step(1),
      step(2),
      validation(2, 0.75),
      step(3),
    ]);
    expect(await summariseRun(folder)).toEqual({
      id: 'support-2026-11-22T10-15-30',
      folder,
      task: 'support',
      taskFile: '/tasks/support.softprompt.json',
      state: 'cancelled',
      createdAt: NOW.toISOString(),
      step: 3,
      steps: 100,
      score: 0.75,
      scoreOn: 'validation',
      modelName: 'tiny',
    });
  });

  it('give the test scores once there are any', async () => {
    const results = { tuned: metrics(0.9), 'zero-shot': metrics(0.5), 'few-shot': metrics(0.6) };
    const folder = await runWith({ results }, [validation(2, 1)]);
    expect(await summariseRun(folder)).toMatchObject({ score: 0.9, scoreOn: 'test', baseline: 0.6 });
  });

  it('are newest first, without folders that are no runs', async () => {
    const folder = await fresh();
    const runs = runsFolderOf(folder);
    for (const day of [21, 23, 22]) {
      const createdAt = `2026-11-${day}T00:00:00.000Z`;
      const run = await createRunFolder(runs, 'support', new Date(createdAt));
      await writeRecord(run, recordOf({ id: String(day), createdAt }));
    }
    await mkdir(join(runs, 'odd'));
    expect((await listRuns(folder)).map(({ id }) => id)).toEqual(['23', '22', '21']);
    expect(await listRuns(join(folder, 'nowhere'))).toEqual([]);
  });

  it('are not stopped by a run whose events are damaged', async () => {
    const folder = await runWith({}, [step(1), step(2)]);
    const { metrics } = runFiles(folder);
    await truncate(metrics, (await readFile(metrics)).length - 7);
    expect((await readRun(folder)).events).toEqual([step(1)]);
  });
});

describe('a run whose answers are damaged', () => {
  const damaged = (message: RegExp) => ({
    type: 'notice',
    message: expect.stringMatching(message),
    hint: expect.any(String),
    warning: true,
  });

  it('is opened without them, and says so', async () => {
    const folder = await runWith({}, [step(1)]);
    const { predictions, validationPredictions } = runFiles(folder);
    await writeFile(predictions, '{"row": 1');
    await writeFile(validationPredictions, '\0\0\0');
    const detail = await readRun(folder);
    expect(detail).toMatchObject({ predictions: [], record: { state: 'finished' } });
    expect(detail.validation).toBeUndefined();
    expect(detail.events).toEqual([
      step(1),
      expect.objectContaining(damaged(/^predictions\.jsonl is damaged at line 1:/)),
      expect.objectContaining(damaged(/^validation-predictions\.jsonl is damaged at line 1:/)),
    ]);
  });

  it('also where the file was cut off between two lines, or is gone', async () => {
    const folder = await runWith({ results: { tuned: { ...metrics(1), rows: 2 } } });
    const told = expect.objectContaining(damaged(/^predictions\.jsonl is not whole:/));
    expect((await readRun(folder)).events).toEqual([told]);
    await writePredictions(runFiles(folder).predictions, [{ row: 1, line: 2 } as PredictionRecord]);
    expect((await readRun(folder)).predictions).toEqual([]);
  });
});

describe('deleteRun', () => {
  it('deletes a run', async () => {
    const folder = await runWith({});
    await deleteRun(folder);
    expect(await readdir(join(folder, '..'))).toEqual([]);
  });

  it('leaves a live run alone', async () => {
    const folder = await runWith({ state: 'training' });
    await expect(deleteRun(folder)).rejects.toMatchObject({ code: 'run-invalid' });
    expect(await readdir(folder)).toContain('run.json');
  });

  it('leaves every other folder alone', async () => {
    const folder = await fresh();
    await writeFile(join(folder, 'precious.txt'), '');
    await expect(deleteRun(folder)).rejects.toThrow(/not the folder of a run/);
    expect(await readdir(folder)).toEqual(['precious.txt']);
  });
});

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTrial, type Trial } from '../../src/engine/evaluation/trial';
import { readTriedRow } from '../../src/engine/evaluation/triedRow';
import { readRun } from '../../src/engine/runs/readRuns';
import { startRun } from '../../src/engine/runs/startRun';
import { RunControl } from '../../src/engine/tuning/runControl';
import type { RunRecord } from '../../src/protocol/runs';
import type { TaskFile } from '../../src/protocol/taskFile';
import { TINY_LLAMA, writeTinyTask } from '../runs/tinyTask';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-trial-'));
});
afterAll(() => rm(root, { recursive: true }));

const options = () => ({ cacheFolder: join(root, 'cache'), threads: 1 });

async function runOf(task: Partial<TaskFile>): Promise<string> {
  let folder = '';
  const file = await writeTinyTask(await mkdtemp(join(root, 'task-')), task);
  await startRun(file, {
    ...options(),
    onCreated: (created) => {
      folder = created;
    },
  });
  return folder;
}

async function trying<T>(folder: string, use: (trial: Trial) => Promise<T>): Promise<T> {
  const trial = await openTrial(folder, options());
  try {
    return await use(trial);
  } finally {
    await trial.close();
  }
}

const LAMP = { text: 'The lamp no 3 works well' };

describe('a label task', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await runOf({ evaluation: { fewShot: 3 } });
  });

  it('answers the tuned prompt as in the test, and a hard prompt as the best one did', async () => {
    const { predictions } = await readRun(folder);
    await trying(folder, async (trial) => {
      for (const { text, predicted, probabilities, baseline } of predictions.slice(0, 6)) {
        const tuned = await trial.answer({ text }, { kind: 'tuned' });
        expect(tuned.predicted).toBe(predicted);
        for (const [label, probability] of Object.entries(probabilities!))
          expect(tuned.probabilities![label]).toBeCloseTo(probability, 4);
        const { contender, predicted: theirs } = baseline!;
        if (contender === 'tuned') throw new Error('a baseline is a hard prompt');
        expect((await trial.answer({ text }, { kind: contender })).predicted).toBe(theirs);
      }
    });
  });

  it('needs no dataset for the few-shot examples: run.json has them', async () => {
    const { record } = await readRun(folder);
    const { examples } = record.hardPrompts!['few-shot']!;
    expect(examples).toHaveLength(3);
    expect(record.hardPrompts!['zero-shot']!.examples).toBeUndefined();
    const answers = await trying(folder, async (trial) => [
      await trial.answer(LAMP, { kind: 'few-shot' }),
      await trial.answer(LAMP, { kind: 'zero-shot' }),
    ]);
    expect(answers[0]!.probabilities).not.toEqual(answers[1]!.probabilities);
  });

  it('takes an instruction of one’s own; an empty one is zero-shot', async () => {
    await trying(folder, async (trial) => {
      const bare = await trial.answer(LAMP, { kind: 'zero-shot' });
      const empty = await trial.answer(LAMP, { kind: 'own', text: '  ' });
      const own = await trial.answer(LAMP, { kind: 'own', text: 'Is it good or bad?' });
      expect(empty.probabilities).toEqual(bare.probabilities);
      expect(own.probabilities).not.toEqual(bare.probabilities);
    });
  });

  it('says so where the model has no room for the hard prompt, and answers the next', async () => {
    await trying(folder, async (trial) => {
      const text = 'Sort the messages of the shop. '.repeat(400);
      await expect(trial.answer(LAMP, { kind: 'own', text })).rejects.toMatchObject({
        code: 'task-invalid',
        message: expect.stringMatching(
          /^The prompt needs \d+ tokens with its answer; the model reads \d+\.$/,
        ),
      });
      expect((await trial.answer(LAMP, { kind: 'tuned' })).predicted).toMatch(/good|bad/);
    });
  });

  /** The run as it is before its test, its task changed. */
  async function untested(name: string, evaluation: object = {}): Promise<string> {
    const copy = join(root, name);
    await cp(folder, copy, { recursive: true });
    const file = join(copy, 'run.json');
    const { hardPrompts: _, ...record } = JSON.parse(await readFile(file, 'utf8')) as RunRecord;
    record.results = {};
    Object.assign(record.task.evaluation, evaluation);
    await writeFile(file, JSON.stringify(record));
    return copy;
  }

  it('draws few-shot examples from the training rows before the run was tested', async () => {
    const [few, again, zero] = await trying(await untested('untested'), async (trial) => [
      await trial.answer(LAMP, { kind: 'few-shot' }),
      await trial.answer(LAMP, { kind: 'few-shot' }),
      await trial.answer(LAMP, { kind: 'zero-shot' }),
    ]);
    expect(few!.predicted).toMatch(/good|bad/);
    expect(few!.probabilities).toEqual(again!.probabilities);
    expect(few!.probabilities).not.toEqual(zero!.probabilities);
  });

  it('says why there is no few-shot prompt', async () => {
    await trying(await untested('without-examples', { fewShot: 0 }), async (trial) => {
      await expect(trial.answer(LAMP, { kind: 'few-shot' })).rejects.toMatchObject({
        message: 'This run has no few-shot prompt.',
        details: { hint: 'Its task has "fewShot": 0.' },
      });
      expect((await trial.answer(LAMP, { kind: 'zero-shot' })).predicted).toMatch(/good|bad/);
    });
    const copy = await untested('without-data');
    const file = join(copy, 'run.json');
    const record = JSON.parse(await readFile(file, 'utf8')) as RunRecord;
    record.task.data.train = join(root, 'gone.csv');
    await writeFile(file, JSON.stringify(record));
    await trying(copy, async (trial) => {
      await expect(trial.answer(LAMP, { kind: 'few-shot' })).rejects.toMatchObject({
        details: { place: { file: join(root, 'gone.csv') } },
      });
    });
  });

  it('says that the model is gone', async () => {
    const copy = join(root, 'lost');
    await cp(folder, copy, { recursive: true });
    const file = join(copy, 'run.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll(JSON.stringify(TINY_LLAMA), '"/gone/model"'));
    await expect(openTrial(copy, options())).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('takes rows of its dataset, by number or any', async () => {
    const { record, predictions } = await readRun(folder);
    const { file, row, line, text, expected } = predictions[3]!;
    expect(await readTriedRow({ folder, file, row })).toEqual({
      file,
      row,
      line,
      values: { text },
      target: expected,
    });
    const any = await readTriedRow({ folder });
    expect(any.file).toBe(record.task.data.train);
    expect(any.values.text).toMatch(/^The \w+ no \d+ /);
    await expect(readTriedRow({ folder, file, row: 9_999 })).rejects.toMatchObject({ code: 'data-invalid' });
  });

  it('can be tried while it is paused', async () => {
    const control = new RunControl();
    let paused = '';
    const tried = new Promise<string>((resolve, reject) => {
      const pausedRun = async () =>
        trying(paused, async (trial) => (await trial.answer(LAMP, { kind: 'tuned' })).predicted);
      void writeTinyTask(root).then((file) =>
        startRun(file, {
          ...options(),
          control,
          onCreated: (created) => {
            paused = created;
          },
          onEvent: (event) => {
            if (event.type === 'step' && event.step === 10) control.pause();
            if (event.type === 'state' && event.state === 'paused') {
              pausedRun()
                .then(resolve, reject)
                .finally(() => control.cancel());
            }
          },
        }),
      );
    });
    expect(await tried).toMatch(/good|bad/);
  });
});

describe('a text task', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await runOf({ target: { column: 'label', kind: 'text', maxTokens: 24 } });
  });

  it('writes token by token: each time what there is so far', async () => {
    await trying(folder, async (trial) => {
      for (const kind of ['tuned', 'few-shot', 'zero-shot'] as const) {
        const heard: string[] = [];
        const { predicted } = await trial.answer(LAMP, { kind }, { onText: (text) => heard.push(text) });
        expect(heard.length).toBeGreaterThan(0);
        // The bytes of the last character may not be complete yet.
        expect(heard.at(-1)).toBe(predicted.replace(/\uFFFD+$/u, ''));
        for (const [index, text] of heard.slice(1).entries())
          expect(text.startsWith(heard[index]!.trimEnd()), `${heard[index]} → ${text}`).toBe(true);
      }
    });
  });

  it('stops in the middle, and answers again after that', async () => {
    await trying(folder, async (trial) => {
      const stop = new AbortController();
      const heard: string[] = [];
      const onText = (text: string) => {
        heard.push(text);
        if (heard.length === 3) stop.abort();
      };
      const asked = trial.answer(LAMP, { kind: 'zero-shot' }, { signal: stop.signal, onText });
      await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
      expect(heard.length).toBeLessThan(6);
      expect(typeof (await trial.answer(LAMP, { kind: 'zero-shot' })).predicted).toBe('string');
    });
  });
});

it('an encoder answers with its class head, and by similarity to the labels, with an instruction or without', async () => {
  const folder = await runOf({
    model: join(__dirname, '../oracle/fixtures/models/minilm'),
    template: '{text}',
    training: { steps: 2, batchRows: 6 },
  });
  await trying(folder, async (trial) => {
    const tuned = await trial.answer(LAMP, { kind: 'tuned' });
    const bare = await trial.answer(LAMP, { kind: 'zero-shot' });
    const own = await trial.answer(LAMP, { kind: 'own', text: 'What a customer says of a thing:' });
    for (const { probabilities } of [tuned, bare, own])
      expect(Object.keys(probabilities!).sort()).toEqual(['bad', 'good']);
    expect(own.probabilities).not.toEqual(bare.probabilities);
    await expect(trial.answer(LAMP, { kind: 'few-shot' })).rejects.toThrow(/no few-shot prompt/);
  });
});

it('an encoder-decoder streams too', async () => {
  const folder = await runOf({
    model: join(__dirname, '../oracle/fixtures/models/flan-t5'),
    target: { column: 'label', kind: 'text', maxTokens: 8 },
    training: { steps: 2, batchRows: 6 },
  });
  await trying(folder, async (trial) => {
    const heard: string[] = [];
    const { predicted } = await trial.answer(LAMP, { kind: 'tuned' }, { onText: (text) => heard.push(text) });
    expect(heard.at(-1)).toBe(predicted.replace(/\uFFFD+$/u, ''));
  });
});

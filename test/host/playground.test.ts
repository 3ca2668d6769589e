import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostClient } from '../../src/extension/host/hostClient';
import type { EvaluatedRows } from '../../src/protocol/requests';
import { buildHost, keepingLog } from './builtHost';
import { type TinyWorkspace, tinyWorkspace } from './tinyWorkspace';

// What a panel hears of a run's rows, and asks of its prompts, through the host's own process.

/** Where Linux shows what files a process has open. */
const OPEN_FILES = '/proc/self/fd';

let workspace: TinyWorkspace;
let client: HostClient;
let folder: string;
const rows: EvaluatedRows[] = [];

beforeAll(async () => {
  workspace = await tinyWorkspace();
  const task = JSON.parse(await readFile(workspace.taskFile, 'utf8'));
  const target = { column: 'mood', kind: 'text', maxTokens: 12 };
  await writeFile(workspace.taskFile, JSON.stringify({ ...task, target }));
  client = new HostClient({
    script: await buildHost('playground'),
    settings: () => ({ cacheFolder: workspace.cacheFolder, threads: 1 }),
    log: keepingLog(),
  });
  client.on('run/predictions', ({ folder: _, ...told }) => rows.push(told));
  const finished = new Promise<void>((resolve, reject) => {
    client.on('run/event', ({ event }) => {
      if (event.type === 'state' && event.state === 'finished') resolve();
      if (event.type === 'state' && event.state === 'failed') reject(new Error(event.error?.message));
    });
  });
  ({ folder } = await client.request('training/start', { taskFile: workspace.taskFile }));
  await finished;
});

afterAll(() => client.dispose());

describe('a run in the host', () => {
  it('tells its rows at each validation and after the test', async () => {
    expect(rows.map(({ split, step }) => [split, step])).toEqual([
      ['validation', 0],
      ['validation', 3],
      ['validation', 6],
      ['test', expect.any(Number)],
    ]);
    const detail = await client.request('runs/read', { folder });
    expect(detail.validation).toEqual({ step: 6, predictions: rows[2]!.predictions });
    expect(detail.predictions).toEqual(rows[3]!.predictions);
  });

  it('is told word by word, before the answer and to the one who asked', async () => {
    const values = { text: 'a warm day' };
    const heard: { id: number; text: string }[] = [];
    const listening = client.on('predict/text', (told) => heard.push(told));
    const prompt = { kind: 'zero-shot' } as const;
    const { predicted } = await client.request('predict', { folder, values, prompt, id: 7 });
    const before = heard.length;
    expect(before).toBeGreaterThan(1);
    expect(heard.every(({ id }) => id === 7)).toBe(true);
    const lengths = heard.map(({ text }) => text.length);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(heard.at(-1)!.text).toBe(predicted.replace(/\uFFFD+$/u, ''));
    // Nobody is told of an answer that nobody wants to watch.
    await client.request('predict', { folder, values, prompt });
    expect(heard).toHaveLength(before);
    listening.dispose();
  });

  it('stops an answer that is not wanted any more, and gives the next', async () => {
    const stop = new AbortController();
    const values = { text: 'a grim day' };
    const listening = client.on('predict/text', () => stop.abort());
    const asked = client.request(
      'predict',
      { folder, values, prompt: { kind: 'tuned' }, id: 8 },
      stop.signal,
    );
    // The answer may be whole before the word to stop comes through.
    await asked.catch((error) => expect(error).toMatchObject({ code: 'cancelled' }));
    listening.dispose();
    const prompt = { kind: 'own', text: 'How is the day?' } as const;
    expect(typeof (await client.request('predict', { folder, values, prompt })).predicted).toBe('string');
  });

  it('gives rows of its dataset', async () => {
    const { file, row, line } = rows[3]!.predictions[0]!;
    const taken = await client.request('predict/row', { folder, file, row });
    expect(taken).toMatchObject({ file, row, line, target: rows[3]!.predictions[0]!.expected });
    await expect(client.request('predict/row', { folder, row: 0 })).rejects.toThrow(/predict\/row/);
    const prompt = { kind: 'hidden' } as never;
    await expect(client.request('predict', { folder, values: {}, prompt })).rejects.toThrow(/predict:/);
  });

  it.runIf(existsSync(OPEN_FILES))(
    'has one model open at a time, also while a dataset is evaluated',
    async () => {
      const process = client.process!;
      const modelsOpen = () =>
        readdirSync(`/proc/${process}/fd`).filter((name) => {
          try {
            return readlinkSync(`/proc/${process}/fd/${name}`).endsWith('.safetensors');
          } catch {
            return false; // closed meanwhile
          }
        }).length;
      const values = { text: 'a kind day' };
      const prompt = { kind: 'zero-shot' } as const;
      await client.request('predict', { folder, values, prompt });
      expect(modelsOpen()).toBe(1);
      const open: number[] = [];
      const listening = client.on('evaluate/progress', ({ phase }) => {
        if (phase === 'answering rows') open.push(modelsOpen());
      });
      await client.request('evaluate/file', { folder, file: workspace.dataset });
      listening.dispose();
      expect(Math.max(0, ...open)).toBeLessThanOrEqual(1);
      expect(modelsOpen()).toBe(0);
      expect((await client.request('predict', { folder, values, prompt })).predicted).toBeTypeOf('string');
    },
  );
});

import { fork } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { HostClient } from '../../src/extension/host/hostClient';
import type { RunEvent } from '../../src/protocol/runs';
import { buildHost, keepingLog } from './builtHost';
import { type TinyWorkspace, tinyWorkspace } from './tinyWorkspace';

let script: string;
beforeAll(async () => {
  script = await buildHost('host');
});

const clients: HostClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});

/** A client of a host of its own, and the events it hears. */
function connect({ cacheFolder }: TinyWorkspace) {
  const log = keepingLog();
  const client = new HostClient({
    script,
    settings: () => ({ cacheFolder, threads: 1 }),
    log,
    restartMilliseconds: [50, 100, 200],
  });
  clients.push(client);
  const events: RunEvent[] = [];
  client.on('run/event', ({ event }) => events.push(event));
  const heard = (wanted: (event: RunEvent) => boolean, milliseconds = 30_000): Promise<RunEvent> =>
    new Promise((resolve, reject) => {
      const found = events.find(wanted);
      if (found) return resolve(found);
      const late = setTimeout(() => {
        reject(new Error(`Not heard. Heard: ${JSON.stringify(events.slice(-5))}\n${log.lines.join('\n')}`));
      }, milliseconds);
      client.on('run/event', ({ event }) => {
        if (!wanted(event)) return;
        clearTimeout(late);
        resolve(event);
      });
    });
  return { client, events, heard, log };
}

const isState = (state: string) => (event: RunEvent) => event.type === 'state' && event.state === state;
const isStep = (step: number) => (event: RunEvent) => event.type === 'step' && event.step >= step;

/** Long enough that a test can do something to it before it ends. */
const LONG = { steps: 5_000, evaluateEvery: 5_000, checkpointEvery: 5 };

describe('without a model', () => {
  it('answers about datasets and tasks, and drafts a task', async () => {
    const workspace = await tinyWorkspace();
    const { client } = connect(workspace);
    const summary = await client.request('dataset/inspect', { file: workspace.dataset });
    expect(summary).toMatchObject({ rows: 60, suggested: { target: 'mood' } });
    expect(await client.request('task/check', { file: workspace.taskFile })).toMatchObject({ problems: [] });
    const draft = await client.request('task/draft', { dataset: workspace.dataset });
    expect(JSON.parse(draft.text)).toMatchObject({ data: 'mood.csv' });
    expect(await client.request('runs/list', { workspace: workspace.folder })).toEqual([]);
  });

  it('lists the models of the workspace beside those of the catalogue', async () => {
    const workspace = await tinyWorkspace();
    await writeFile(join(workspace.folder, 'broken.gguf'), 'GGUF, but not for long');
    const { client } = connect(workspace);
    const { models, freeMemory } = await client.request('models/list', { workspace: [workspace.folder] });
    expect(models.find(({ place }) => place === 'catalogue')).toMatchObject({ state: 'available' });
    expect(models.filter(({ place }) => place === 'workspace')).toMatchObject([
      {
        title: 'broken.gguf',
        format: 'gguf',
        obstacle: { kind: expect.stringMatching(/broken|unsupported/) },
      },
    ]);
    expect(freeMemory).toBeGreaterThan(0);
    await expect(client.request('models/list', { workspace: [''] })).rejects.toThrow(/models\/list/);
  });

  it('renders the prompt of a row', async () => {
    const workspace = await tinyWorkspace();
    const { client } = connect(workspace);
    const preview = await client.request('dataset/preview', { taskFile: workspace.taskFile, row: 2 });
    expect(preview).toMatchObject({ row: 2, target: 'bad', cutTokens: 0 });
    expect(preview.segments[0]).toEqual({ kind: 'virtual-tokens', count: 4 });
    expect(preview.segments.map((part) => (part.kind === 'text' ? part.text : '')).join('')).toContain(
      'a grim day, number 1\nMood:',
    );
    expect(preview.labelWords?.map(({ label }) => label).sort()).toEqual(['bad', 'good']);
  });

  it('goes on answering while it reads a large dataset', async () => {
    const workspace = await tinyWorkspace();
    const rows = Array.from({ length: 300_000 }, (_, index) => `"line ${index}, a word",${index % 3}`);
    await writeFile(workspace.dataset, `text,mood\n${rows.join('\n')}\n`);
    const { client } = connect(workspace);
    let reading = true;
    const inspected = client.request('dataset/inspect', { file: workspace.dataset }).finally(() => {
      reading = false;
    });
    let answers = 0;
    while (reading) {
      await client.request('runs/list', { workspace: workspace.folder });
      answers++;
    }
    expect((await inspected).rows).toBe(300_000);
    expect(answers).toBeGreaterThan(10);
  });

  it('says what is wrong, where, and what to do', async () => {
    const workspace = await tinyWorkspace();
    const { client } = connect(workspace);
    const text = (await readFile(workspace.taskFile, 'utf8')).replace('{text}', '{txet}');
    await writeFile(workspace.taskFile, text);
    const { problems } = await client.request('task/check', { file: workspace.taskFile });
    const line = text.split('\n').findIndex((written) => written.includes('{txet}')) + 1;
    expect(problems).toMatchObject([{ severity: 'error', place: { file: workspace.taskFile, line } }]);
    await expect(client.request('training/start', { taskFile: workspace.taskFile })).rejects.toMatchObject({
      name: 'SoftpromptError',
      code: 'task-invalid',
      details: { place: { line } },
    });
  });

  it('refuses parameters that are not as agreed', async () => {
    const { client } = connect(await tinyWorkspace());
    await expect(client.request('runs/read', { file: 'x' } as never)).rejects.toThrow(
      /runs\/read: .*folder/s,
    );
    await expect(client.request('runs/read', { folder: '/nowhere/at/all' })).rejects.toMatchObject({
      name: 'SoftpromptError',
      code: 'run-invalid',
    });
  });
});

describe('a training', () => {
  it('runs to its end, is heard, and can be tested and tried', async () => {
    const workspace = await tinyWorkspace();
    const { client, events, heard } = connect(workspace);
    const { folder } = await client.request('training/start', { taskFile: workspace.taskFile });
    await heard(isState('finished'));
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(6);

    const detail = await client.request('runs/read', { folder });
    expect(detail.record.state).toBe('finished');
    expect(Object.keys(detail.record.results).sort()).toEqual(['few-shot', 'tuned', 'zero-shot']);
    expect(detail.predictions.length).toBe(detail.record.data.rows.test);
    expect(detail.events.filter(({ type }) => type === 'step')).toEqual(
      events.filter(({ type }) => type === 'step'),
    );
    const [summary] = await client.request('runs/list', { workspace: workspace.folder });
    expect(summary).toMatchObject({ folder, state: 'finished', step: 6, steps: 6, scoreOn: 'test' });

    const values = { text: 'a warm day' };
    const prompt = { kind: 'tuned' } as const;
    const answer = await client.request('predict', { folder, values, prompt });
    expect(Object.keys(answer.probabilities ?? {}).sort()).toEqual(['bad', 'good']);
    const { probabilities } = answer;
    expect(await client.request('predict', { folder, values, prompt })).toMatchObject({ probabilities });

    const again = await client.request('evaluate', { folder });
    expect(again.record.results.tuned).toEqual(detail.record.results.tuned);
    expect(again.predictions).toEqual(detail.predictions);

    await client.request('runs/delete', { folder });
    expect(await client.request('runs/list', { workspace: workspace.folder })).toEqual([]);
  });

  it('pauses, continues and cancels while it computes; the host answers all the while', async () => {
    const workspace = await tinyWorkspace(LONG);
    const { client, events, heard } = connect(workspace);
    const { folder } = await client.request('training/start', { taskFile: workspace.taskFile });
    await heard(isStep(3));

    await client.request('dataset/inspect', { file: workspace.dataset });
    expect(events.filter(isState('finished'))).toEqual([]);

    await client.request('training/pause', { folder });
    await heard(isState('paused'));
    const steps = events.filter(({ type }) => type === 'step').length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(events.filter(({ type }) => type === 'step').length).toBe(steps);

    await client.request('training/continue', { folder });
    await heard(isStep(steps + 3));
    await expect(client.request('training/start', { taskFile: workspace.taskFile })).rejects.toMatchObject({
      code: 'run-invalid',
    });
    await expect(client.request('runs/delete', { folder })).rejects.toMatchObject({ code: 'run-invalid' });

    await client.request('training/cancel', { folder });
    await heard(isState('cancelled'));
    await expect(client.request('training/pause', { folder })).rejects.toMatchObject({ code: 'run-invalid' });

    // The next may start as soon as the end of this one was heard.
    const next = await client.request('training/start', { taskFile: workspace.taskFile });
    expect(next.folder).not.toBe(folder);
  });

  it('tries an earlier prompt while the next is trained', async () => {
    const workspace = await tinyWorkspace();
    const { client, heard } = connect(workspace);
    const earlier = await client.request('training/start', { taskFile: workspace.taskFile });
    await heard(isState('finished'));
    const task = JSON.parse(await readFile(workspace.taskFile, 'utf8'));
    await writeFile(workspace.taskFile, JSON.stringify({ ...task, training: LONG }));
    const { folder } = await client.request('training/start', { taskFile: workspace.taskFile });
    await heard(isStep(8));
    const values = { text: 'a warm day' };
    const prompt = { kind: 'few-shot' } as const;
    const answer = await client.request('predict', { folder: earlier.folder, values, prompt });
    expect(['good', 'bad']).toContain(answer.predicted);
    await expect(client.request('evaluate', { folder })).rejects.toMatchObject({ code: 'run-invalid' });
    await client.request('training/cancel', { folder });
    await heard(isState('cancelled'));
  });

  it('is checkpointed when the editor goes away, and resumed', async () => {
    const workspace = await tinyWorkspace(LONG);
    const first = connect(workspace);
    const { folder } = await first.client.request('training/start', { taskFile: workspace.taskFile });
    await first.heard(isStep(7));
    await first.client.dispose();

    const second = connect(workspace);
    const { record } = await second.client.request('runs/read', { folder });
    expect(record.state).toBe('interrupted');
    await second.client.request('training/resume', { folder });
    const resumed = (await second.heard((event) => event.type === 'resumed')) as { step: number };
    expect(resumed.step).toBeGreaterThanOrEqual(7); // not only from the checkpoint of step 5
    await second.heard(isStep(resumed.step + 1));
  });

  it('survives kill -9 of the host: interrupted, the host comes back, the run goes on from its checkpoint', async () => {
    const workspace = await tinyWorkspace(LONG);
    const { client, heard } = connect(workspace);
    const states: string[] = [];
    client.onState((state) => states.push(state));
    const { folder } = await client.request('training/start', { taskFile: workspace.taskFile });
    await heard(isStep(12));

    const victim = client.process!;
    const waiting = client.request('dataset/inspect', { file: workspace.dataset }).catch((error) => error);
    process.kill(victim, 'SIGKILL');
    await waiting;
    const { record } = await client.request('runs/read', { folder });
    expect(record.state).toBe('interrupted');
    expect(client.process).not.toBe(victim);
    expect(states).toContain('lost');

    await client.request('training/resume', { folder });
    const resumed = (await heard((event) => event.type === 'resumed')) as { step: number };
    expect(resumed.step).toBeGreaterThanOrEqual(10);
    await heard(isStep(resumed.step + 3));
  });

  it('ends by itself, with a checkpoint, when its parent is gone', async () => {
    const workspace = await tinyWorkspace(LONG);
    const host = fork(script, { stdio: 'ignore' });
    const connection = createMessageConnection(new IPCMessageReader(host), new IPCMessageWriter(host));
    connection.listen();
    const trained = new Promise((resolve) => connection.onNotification('run/event', resolve));
    await connection.sendRequest('initialize', { cacheFolder: workspace.cacheFolder, threads: 1 });
    const { folder } = await connection.sendRequest<{ folder: string }>('training/start', {
      taskFile: workspace.taskFile,
    });
    await trained;
    host.disconnect();
    const code = await new Promise((resolve) => host.once('exit', resolve));
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')).state).toBe('interrupted');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RunPanel } from '../../../src/extension/panel/panel';
import type { RunDetail, RunEvent, RunSummary } from '../../../src/protocol/runs';
import { FakeHost } from '../fakeHost';
import { EventEmitter, FakePanel, seen, silentLog, Uri, workspace } from '../fakeVscode';

const FOLDER = '/w/.softprompt/runs/mood-1';

function step(number: number): RunEvent {
  return {
    type: 'step',
    time: number,
    step: number,
    loss: 1,
    learningRate: 0.03,
    gradientNorm: 1,
    tokens: 10,
    seconds: 1,
  };
}

function detailOf(folder: string, events: RunEvent[]): RunDetail {
  const task = { name: 'mood', file: '/w/mood.softprompt.json' };
  return { folder, record: { task }, events, predictions: [] } as unknown as RunDetail;
}

let host: FakeHost;
let page: FakePanel;
let panel: RunPanel;
let memory: Map<string, unknown> & { update(key: string, value: unknown): Promise<void> };
const summaries: RunSummary[] = [];
let runsChanged: EventEmitter<void>;
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const posted = (type: string) => page.posted.filter((message) => message.type === type);

beforeEach(async () => {
  host = new FakeHost();
  page = new FakePanel();
  seen.executed.length = 0;
  memory = Object.assign(new Map<string, unknown>(), {
    async update(key: string, value: unknown) {
      memory.set(key, structuredClone(value));
    },
  });
  summaries.splice(0, summaries.length, { folder: FOLDER, createdAt: '2026-11-22' } as RunSummary);
  runsChanged = new EventEmitter();
  const runs = { all: async () => [...summaries], onChanged: runsChanged.event };
  panel = new RunPanel(
    Uri.file('/ext') as never,
    host as never,
    runs as never,
    silentLog as never,
    memory as never,
  );
});

describe('RunPanel', () => {
  it('does not tell of a failure to read a run that is not chosen any more', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    const first = host.last('runs/read');
    page.say({ type: 'selectRun', folder: '/w/.softprompt/runs/mood-2' });
    host.last('runs/read').answer(detailOf('/w/.softprompt/runs/mood-2', []));
    first.fail(new Error('gone'));
    await settle();
    expect(posted('run')).toHaveLength(1);
    expect(posted('failure')).toEqual([]);
  });

  it('shows the run again after a reload, from what VS Code kept', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER, tab: 'details' });
    expect(host.last('runs/read').params).toEqual({ folder: FOLDER });
    host.last('runs/read').answer(detailOf(FOLDER, [step(1)]));
    await settle();
    expect(posted('run')).toMatchObject([{ detail: { folder: FOLDER, events: [step(1)] } }]);
    expect(page.title).toBe('Run: mood');
    expect(page.webview.html).toContain("default-src 'none'");
  });

  it('turns to the newest run when the shown one is deleted, and closes when there is none', async () => {
    const other = { folder: '/w/.softprompt/runs/mood-0', createdAt: '2026-11-21' } as RunSummary;
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    host.last('runs/read').answer(detailOf(FOLDER, []));
    runsChanged.fire();
    await settle();
    summaries.splice(0, 1, other);
    runsChanged.fire();
    await vi.waitFor(() => expect(host.last('runs/read').params).toEqual({ folder: other.folder }));
    runsChanged.fire();
    await settle();
    summaries.length = 0;
    runsChanged.fire();
    await vi.waitFor(() => expect(panel.isOpen).toBe(false));
  });

  it('stays with a run that a list is short of, as long as it has its record', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'softprompt-panel-'));
    await writeFile(join(folder, 'run.json'), '{}');
    summaries.splice(0, 1, { folder, createdAt: '2026-11-22' } as RunSummary);
    void panel.deserializeWebviewPanel(page as never, { folder });
    runsChanged.fire();
    await settle();
    summaries.length = 0;
    runsChanged.fire();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(panel.isOpen).toBe(true);
    await rm(folder, { recursive: true });
    runsChanged.fire();
    await vi.waitFor(() => expect(panel.isOpen).toBe(false));
  });

  it('loses no event and shows none twice while the run is read', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    host.hear(step(2), FOLDER);
    host.hear(step(3), FOLDER);
    host.last('runs/read').answer(detailOf(FOLDER, [step(1), step(2)]));
    await settle();
    host.hear(step(3), FOLDER);
    host.hear(step(4), FOLDER);
    host.hear(step(9), '/w/.softprompt/runs/another');
    await vi.waitFor(() => expect(posted('events')).toHaveLength(1));
    expect(posted('run')).toMatchObject([{ detail: { events: [step(1), step(2), step(3)] } }]);
    expect(posted('events')).toMatchObject([{ folder: FOLDER, events: [step(4)] }]);
  });

  it('shows the predictions that are told while the run is read, which may have been read before them', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    const told = { folder: FOLDER, split: 'validation', step: 5, predictions: [] };
    host.notifications.fire({ name: 'run/predictions', value: told });
    host.last('runs/read').answer(detailOf(FOLDER, []));
    await settle();
    const kinds = page.posted
      .map(({ type }) => type)
      .filter((type) => type === 'run' || type === 'predictions');
    expect(kinds.at(-1)).toBe('predictions');
    expect(posted('predictions').at(-1)).toEqual({ type: 'predictions', ...told });
  });

  it('does not show a run that was left for another while it was read', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    const slow = host.last('runs/read');
    page.say({ type: 'selectRun', folder: '/w/.softprompt/runs/mood-2' });
    host.last('runs/read').answer(detailOf('/w/.softprompt/runs/mood-2', []));
    slow.answer(detailOf(FOLDER, []));
    await settle();
    expect(posted('run')).toMatchObject([{ detail: { folder: '/w/.softprompt/runs/mood-2' } }]);
  });

  it('does as the user’s commands do for the buttons of the page, and nothing for messages it does not know', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    host.last('runs/read').answer(detailOf(FOLDER, []));
    await settle();
    for (const type of ['pause', 'continue', 'cancel', 'evaluate', 'tuneAgain']) page.say({ type });
    page.say({ type: 'cancel', folder: '/elsewhere' });
    page.say('nonsense');
    await settle();
    expect(seen.executed.map(([command, argument]) => [command, String(argument)])).toEqual([
      ['softprompt.pause', FOLDER],
      ['softprompt.resume', FOLDER],
      ['softprompt.cancel', FOLDER],
      ['softprompt.evaluate', FOLDER],
      ['softprompt.tune', 'file:///w/mood.softprompt.json'],
    ]);
  });

  describe('the playground', () => {
    const ask = (id: number) =>
      page.say({ type: 'try', id, values: { text: 'hello' }, hardPrompt: { kind: 'few-shot' } });

    beforeEach(async () => {
      void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
      host.last('runs/read').answer(detailOf(FOLDER, []));
      await settle();
    });

    it('asks the tuned prompt, then the hard one, and hands on each answer and each word', async () => {
      ask(7);
      const tuned = host.last('predict').params as { id: number };
      expect(tuned).toMatchObject({ folder: FOLDER, values: { text: 'hello' }, prompt: { kind: 'tuned' } });
      const write = (id: number, text: string) =>
        host.notifications.fire({ name: 'predict/text', value: { id, text } });
      write(tuned.id, 'On its');
      write(tuned.id + 5, 'another window’s');
      host.last('predict').answer({ predicted: 'On its way', milliseconds: 3 });
      await settle();
      const hard = host.last('predict').params as { id: number };
      expect(hard).toMatchObject({ prompt: { kind: 'few-shot' } });
      write(tuned.id, 'too late');
      write(hard.id, 'No');
      host.last('predict').answer({ predicted: 'No', milliseconds: 4 });
      await settle();
      expect(page.posted.filter(({ type }) => type === 'writing' || type === 'answer')).toEqual([
        { type: 'writing', id: 7, side: 'tuned', text: 'On its' },
        { type: 'answer', id: 7, side: 'tuned', answer: { predicted: 'On its way', milliseconds: 3 } },
        { type: 'writing', id: 7, side: 'hard', text: 'No' },
        { type: 'answer', id: 7, side: 'hard', answer: { predicted: 'No', milliseconds: 4 } },
      ]);
    });

    it('asks no hard prompt where the model is gone', async () => {
      ask(8);
      host.last('predict').fail(new Error('gone'));
      await settle();
      expect(host.asked.filter(({ method }) => method === 'predict')).toHaveLength(1);
      expect(posted('answer')).toMatchObject([{ id: 8, side: 'tuned', error: { message: 'gone' } }]);
    });

    it('stops when told to, and when another run is chosen', async () => {
      ask(9);
      const first = host.last('predict');
      page.say({ type: 'stopTry' });
      expect(first.signal?.aborted).toBe(true);
      await settle();
      expect(posted('answer')).toMatchObject([{ id: 9, side: 'tuned', error: { code: 'cancelled' } }]);
      first.fail(new Error('too late to matter'));
      ask(10);
      page.say({ type: 'selectRun', folder: '/w/.softprompt/runs/mood-2' });
      expect(host.last('predict').signal?.aborted).toBe(true);
    });

    it('stops what a page asked that was thrown away meanwhile', async () => {
      ask(11);
      page.say({ type: 'ready' });
      expect(host.last('predict').signal?.aborted).toBe(true);
    });

    it('hands rows of the dataset on', async () => {
      page.say({ type: 'takeRow', file: '/w/a.csv', row: 3 });
      expect(host.last('predict/row').params).toEqual({ folder: FOLDER, file: '/w/a.csv', row: 3 });
      host.last('predict/row').answer({ row: 3 });
      page.say({ type: 'takeRow' });
      host.last('predict/row').fail(new Error('no such file'));
      await settle();
      expect(posted('row')).toMatchObject([{ row: { row: 3 } }, { error: { message: 'no such file' } }]);
    });

    it('keeps what was tried of a run, and gives it back with the run', async () => {
      const one = {
        time: 1,
        values: { text: 'hello' },
        hardPrompt: { kind: 'zero-shot' },
        tuned: { predicted: 'good', milliseconds: 3, cutTokens: 0 },
      };
      const playground = { tries: [one], kind: 'own', own: 'Be brief.' };
      page.say({ type: 'keepPlayground', folder: FOLDER, playground });
      const tooMany = { ...playground, tries: Array.from({ length: 201 }, () => one) };
      page.say({ type: 'keepPlayground', folder: FOLDER, playground: tooMany });
      page.say({ type: 'selectRun', folder: FOLDER });
      host.last('runs/read').answer(detailOf(FOLDER, []));
      await settle();
      expect(posted('playground').at(-1)).toEqual({ type: 'playground', folder: FOLDER, playground });
    });

    it('remembers twenty runs, and forgets what it cannot read', async () => {
      const playground = { tries: [], kind: 'own', own: 'Be brief.' };
      page.say({ type: 'keepPlayground', folder: FOLDER, playground });
      for (let run = 0; run < 20; run++)
        page.say({ type: 'keepPlayground', folder: `/w/${run}`, playground });
      await settle();
      expect(memory.get('softprompt.playgrounds')).toHaveLength(20);
      memory.set('softprompt.playgrounds', [['x', { tries: 'many' }]]);
      page.say({ type: 'selectRun', folder: FOLDER });
      host.last('runs/read').answer(detailOf(FOLDER, []));
      await settle();
      expect(posted('playground').at(-1)).toMatchObject({ playground: { tries: [], own: '' } });
    });

    it('is what the page turns to when a command says so, once the page listens', async () => {
      const opened = panel.open(FOLDER, 'playground');
      host.last('runs/read').answer(detailOf(FOLDER, []));
      await opened;
      expect(posted('show')).toEqual([]);
      page.say({ type: 'ready' });
      await settle();
      host.last('runs/read').answer(detailOf(FOLDER, []));
      await settle();
      expect(posted('show')).toEqual([{ type: 'show', tab: 'playground' }]);
    });
  });

  it('turns to a tab that was asked for while it was covered, once its page is there anew', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    page.say({ type: 'ready' });
    await settle();
    host.last('runs/read').answer(detailOf(FOLDER, []));
    await settle();
    page.show(false); // its page is thrown away
    void panel.open(FOLDER, 'playground');
    host.last('runs/read').answer(detailOf(FOLDER, []));
    await settle();
    expect(posted('show')).toEqual([]);
    page.show(true);
    page.say({ type: 'ready' });
    await settle();
    host.last('runs/read').answer(detailOf(FOLDER, []));
    await settle();
    expect(posted('show')).toEqual([{ type: 'show', tab: 'playground' }]);
  });

  it('takes clicks also while the run that is shown is read again', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    host.last('runs/read').answer(detailOf(FOLDER, []));
    await settle();
    void panel.open(FOLDER);
    page.say({ type: 'tuneAgain' });
    expect(seen.executed.map(([command]) => command)).toEqual(['softprompt.tune']);
  });

  it('stays where it is when VS Code brings an old one back late', async () => {
    void panel.open(FOLDER);
    const own = seen.panels.at(-1)!;
    const gone = vi.fn();
    const late = new FakePanel();
    own.onDidDispose(gone);
    late.onDidDispose(gone.bind(null, 'late'));
    await panel.deserializeWebviewPanel(late as never, { folder: '/w/.softprompt/runs/mood-2' });
    expect(gone.mock.calls).toEqual([['late', undefined]]);
    expect(panel.shows(FOLDER)).toBe(true);
  });

  it('does nothing in a workspace that is not trusted', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    host.last('runs/read').answer(detailOf(FOLDER, []));
    await settle();
    const asked = host.asked.length;
    workspace.isTrusted = false;
    try {
      page.say({ type: 'takeRow' });
      page.say({ type: 'try', id: 1, values: { text: 'x' }, hardPrompt: { kind: 'zero-shot' } });
      page.say({ type: 'pause' });
      await settle();
      expect(host.asked).toHaveLength(asked);
      expect(seen.executed).toEqual([]);
    } finally {
      workspace.isTrusted = true;
    }
  });

  it('says when the host is lost, and reads the run again when it is back', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER });
    host.last('runs/read').answer(detailOf(FOLDER, []));
    await settle();
    for (const state of ['lost', 'starting', 'ready']) host.states.fire(state);
    expect(posted('connection').map((message) => (message as { state?: string }).state)).toEqual([
      'lost',
      'starting',
      'ready',
    ]);
    expect(host.asked.filter(({ method }) => method === 'runs/read')).toHaveLength(2);
  });
});

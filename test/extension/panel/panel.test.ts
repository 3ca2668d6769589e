import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RunPanel } from '../../../src/extension/panel/panel';
import type { RunDetail, RunEvent, RunSummary } from '../../../src/protocol/runs';
import { FakeHost } from '../fakeHost';
import { FakePanel, seen, silentLog, Uri } from '../fakeVscode';

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
const summaries = [{ folder: FOLDER, createdAt: '2026-11-22' }] as RunSummary[];
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
  const runs = { all: async () => summaries, onChanged: () => ({ dispose() {} }) };
  panel = new RunPanel(
    Uri.file('/ext') as never,
    host as never,
    runs as never,
    silentLog as never,
    memory as never,
  );
});

describe('RunPanel', () => {
  it('shows the run again after a reload, from what VS Code kept', async () => {
    void panel.deserializeWebviewPanel(page as never, { folder: FOLDER, tab: 'details' });
    expect(host.last('runs/read').params).toEqual({ folder: FOLDER });
    host.last('runs/read').answer(detailOf(FOLDER, [step(1)]));
    await settle();
    expect(posted('run')).toMatchObject([{ detail: { folder: FOLDER, events: [step(1)] } }]);
    expect(page.title).toBe('Run: mood');
    expect(page.webview.html).toContain("default-src 'none'");
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

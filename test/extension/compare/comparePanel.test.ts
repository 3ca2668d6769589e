import { beforeEach, describe, expect, it } from 'vitest';
import { ComparePanel } from '../../../src/extension/compare/comparePanel';
import type { RunDetail, RunEvent, RunSummary } from '../../../src/protocol/runs';
import { FakeHost } from '../fakeHost';
import { EventEmitter, FakePanel, seen, silentLog, Uri, workspace } from '../fakeVscode';

const A = '/w/.softprompt/runs/mood-1';
const B = '/w/.softprompt/runs/mood-2';

const detailOf = (folder: string, events: RunEvent[] = []): RunDetail =>
  ({ folder, record: {}, events, predictions: [] }) as unknown as RunDetail;
const step = (number: number): RunEvent =>
  ({ type: 'step', time: number, step: number, loss: 1 }) as unknown as RunEvent;
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

let host: FakeHost;
let page: FakePanel;
let panel: ComparePanel;
let known: string[];
let opened: string[];
const changed = new EventEmitter<void>();
const posted = (type: string) => page.posted.filter((message) => message.type === type);
const asked = () => host.asked.filter(({ method }) => method === 'runs/read').map(({ params }) => params);

beforeEach(() => {
  host = new FakeHost();
  page = new FakePanel();
  seen.executed.length = 0;
  known = [A, B];
  opened = [];
  const runs = {
    all: async () => known.map((folder) => ({ folder }) as RunSummary),
    onChanged: changed.event,
  };
  panel = new ComparePanel({
    extension: { extensionUri: Uri.file('/ext') },
    host,
    runs,
    panel: { open: async (folder: string) => opened.push(folder) },
    log: silentLog,
  } as never);
});

async function compareBoth(): Promise<void> {
  void panel.deserializeWebviewPanel(page as never, { folders: [A, B], tab: 'rows' });
  for (const { answer, params } of host.asked) answer(detailOf((params as { folder: string }).folder));
  await settle();
}

describe('ComparePanel', () => {
  it('reads the runs again after a reload, from what VS Code kept', async () => {
    await compareBoth();
    expect(posted('chosen')).toEqual([{ type: 'chosen', folders: [A, B] }]);
    expect(
      posted('run').map((message) => (message as unknown as { detail: RunDetail }).detail.folder),
    ).toEqual([A, B]);
    expect(page.webview.html).toContain('compare.js');
  });

  it('is one panel, also when it is asked for twice at once', async () => {
    const before = seen.panels.length;
    void panel.open([A]);
    void panel.open([A, B]);
    await settle();
    expect(seen.panels).toHaveLength(before + 1);
  });

  it('stays where it is when VS Code brings an old one back late', async () => {
    void panel.open([A]);
    await settle();
    const closed: string[] = [];
    seen.panels.at(-1)!.onDidDispose(() => closed.push('own'));
    page.onDidDispose(() => closed.push('late'));
    await panel.deserializeWebviewPanel(page as never, { folders: [B] });
    expect(closed).toEqual(['late']);
  });

  it('does not tell of a failure to read a run that was read again, or removed, meanwhile', async () => {
    void panel.deserializeWebviewPanel(page as never, { folders: [A, B] });
    const [readA, readB] = host.asked;
    page.say({ type: 'choose', folders: [B] });
    host.hear({ type: 'state', time: 1, state: 'testing' } as RunEvent, B);
    host.last('runs/read').answer(detailOf(B));
    readA!.fail(new Error('gone'));
    readB!.fail(new Error('lost'));
    await settle();
    expect(posted('run')).toHaveLength(1);
    expect(posted('unreadable')).toEqual([]);
  });

  it('reads only what is new when a run is added, and follows none that was removed', async () => {
    await compareBoth();
    page.say({ type: 'choose', folders: [A] });
    await settle();
    host.hear(step(1), B);
    host.hear(step(1), A);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(posted('events')).toEqual([{ type: 'events', folder: A, events: [step(1)] }]);
    page.say({ type: 'choose', folders: [A, B] });
    await settle();
    expect(asked()).toEqual([{ folder: A }, { folder: B }, { folder: B }]);
  });

  it('says that a run is gone, and reads it when it is back', async () => {
    await compareBoth();
    known = [A];
    changed.fire();
    await settle();
    expect(posted('unreadable')).toMatchObject([{ folder: B, error: { code: 'run-invalid' } }]);
    known = [A, B];
    changed.fire();
    await settle();
    expect(asked().at(-1)).toEqual({ folder: B });
  });

  it('says so of a run that is gone also when it is asked for again, and what is wrong with one that is there', async () => {
    void panel.deserializeWebviewPanel(page as never, { folders: [A, B] });
    known = [B];
    for (const { fail } of host.asked) fail(new Error('It has no run.json.'));
    await settle();
    const told = posted('unreadable') as unknown as { folder: string; error: { message: string } }[];
    expect(Object.fromEntries(told.map(({ folder, error }) => [folder, error.message]))).toEqual({
      [A]: 'Its folder is not in the workspace any more.',
      [B]: 'It has no run.json.',
    });
  });

  it('passes on answers of the test alone', async () => {
    await compareBoth();
    for (const split of ['validation', 'test']) {
      const value = { folder: A, split, step: 1, predictions: [] };
      host.notifications.fire({ name: 'run/predictions', value });
    }
    expect(posted('predictions')).toHaveLength(1);
  });

  it('does what the page asks for, and nothing that it may not ask for', async () => {
    await compareBoth();
    page.say({ type: 'openRun', folder: A });
    page.say({ type: 'evaluate', folder: B });
    page.say({ type: 'choose', folders: Array.from({ length: 9 }, (_, index) => `/r${index}`) });
    page.say({ type: 'openRow', file: '/w/a.csv', line: 0 });
    await settle();
    expect(opened).toEqual([A]);
    expect(seen.executed).toEqual([['softprompt.evaluate', B]]);
    expect(posted('chosen')).toHaveLength(1);
  });

  it('reads nothing in a workspace that is not trusted', async () => {
    workspace.isTrusted = false;
    try {
      void panel.deserializeWebviewPanel(page as never, { folders: [A] });
      await settle();
      expect(host.asked).toEqual([]);
    } finally {
      workspace.isTrusted = true;
    }
  });
});

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openTableAt } from '../../../src/extension/table/openTable';
import { TableSession } from '../../../src/extension/table/tableSession';
import type { TableState } from '../../../src/protocol/table';
import { FakeHost } from '../fakeHost';
import { FakePanel, seen, silentLog, Uri, workspace } from '../fakeVscode';

const FILE = '/w/big.csv';
const uri = Uri.file(FILE) as never;

function stateOf(change: Partial<TableState> = {}): TableState {
  return {
    version: 'v1',
    format: 'csv',
    bytes: 100,
    rows: 10,
    leftOut: 0,
    read: 1,
    done: true,
    columns: [],
    revision: 1,
    found: { rows: 10, read: 1, done: true },
    ...change,
  };
}

let host: FakeHost;
let page: FakePanel;
let session: TableSession;
let answered: object | undefined;
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const posted = (type: string) => page.posted.filter((message) => message.type === type);
const asked = (method: string) => host.asked.filter((request) => request.method === method);

beforeEach(() => {
  host = new FakeHost();
  answered = undefined;
  page = new FakePanel();
  seen.executed.length = 0;
  workspace.isTrusted = true;
  const softprompt = {
    extension: { extensionUri: Uri.file('/ext') },
    host,
    log: silentLog,
    predictions: { onChanged: () => ({ dispose() {} }), load: async () => undefined, of: () => answered },
    tasks: { all: async () => [], using: async () => [{ name: 't', file: '/w/t.softprompt.json' }] },
    runs: { all: async () => [] },
  };
  session = new TableSession(softprompt as never, uri, page as never);
});

describe('TableSession', () => {
  it('reads nothing in a workspace that is not trusted', async () => {
    workspace.isTrusted = false;
    page.say({ type: 'ready' });
    page.say({ type: 'query', query: { text: 'a' } });
    page.say({ type: 'rows', query: {}, from: 0, count: 100 });
    page.say({ type: 'row', row: 1 });
    page.say({ type: 'copy', row: 1, column: 0 });
    await settle();
    expect(host.asked).toEqual([]);
    expect(page.posted).toEqual([{ type: 'open', name: 'big.csv', text: true, trusted: false }]);
  });

  it('asks how far reading is until it is done, and for columns only when they changed', async () => {
    page.say({ type: 'ready' });
    expect(host.last('table/state').params).toMatchObject({ file: FILE, query: {}, known: undefined });
    host.last('table/state').answer(stateOf({ done: false, revision: 7 }));
    await vi.waitFor(() => expect(asked('table/state')).toHaveLength(2));
    expect(host.last('table/state').params).toMatchObject({ known: 7 });
    host.last('table/state').answer(stateOf({ revision: 7, columns: undefined }));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(asked('table/state')).toHaveLength(2);
    expect(posted('state')).toHaveLength(2);
  });

  it('fetches the rows that were asked for last, and not those in between', async () => {
    for (const from of [0, 100, 200, 300]) page.say({ type: 'rows', query: {}, from, count: 100 });
    host.last('table/rows').answer({ version: 'v1', from: 0, rows: [] });
    await settle();
    expect(asked('table/rows').map(({ params }) => (params as { from: number }).from)).toEqual([0, 300]);
  });

  it('shows a row in full with its prompt, and none for a very large file', async () => {
    page.say({ type: 'ready' });
    host.last('table/state').answer(stateOf());
    await settle();
    page.say({ type: 'row', row: 3 });
    host.last('table/row').answer({ row: 3, line: 4, cells: ['full text'] });
    await vi.waitFor(() => expect(asked('dataset/preview')).toHaveLength(1));
    expect(host.last('dataset/preview').params).toMatchObject({
      row: 3,
      file: FILE,
      taskFile: '/w/t.softprompt.json',
    });
    host.last('dataset/preview').fail(new Error('no model'));
    await vi.waitFor(() =>
      expect(posted('prompt')).toMatchObject([{ number: 3, task: 't', error: { message: 'no model' } }]),
    );
    page.say({ type: 'command', name: 'retry' });
    host.last('table/state').answer(stateOf({ version: 'v2', bytes: 1e9 }));
    await settle();
    page.say({ type: 'row', row: 3 });
    host.last('table/row').answer({ row: 3, line: 4, cells: ['full text'] });
    await settle();
    await settle();
    expect(posted('row')).toHaveLength(2);
    expect(asked('dataset/preview')).toHaveLength(1);
  });

  it('copies a whole cell', async () => {
    page.say({ type: 'copy', row: 2, column: 1 });
    host.last('table/row').answer({ row: 2, line: 3, cells: ['a', 'all of it'] });
    await settle();
    expect(seen.copied.at(-1)).toBe('all of it');
  });

  it('says what went wrong, tries again, and asks again when the host is back', async () => {
    page.say({ type: 'ready' });
    host.last('table/state').fail(new Error('gone'));
    await settle();
    expect(posted('failure')).toMatchObject([{ error: { message: 'gone' } }]);
    host.states.fire('ready');
    await vi.waitFor(() => expect(asked('table/state')).toHaveLength(2));
  });

  it('does nothing for messages it does not know, and lets the table go when its tab is closed', async () => {
    page.say({ type: 'rows', query: {}, from: -1, count: 100 });
    page.say({ type: 'rows', query: {}, from: 0, count: 1e9 });
    page.say({ type: 'command', name: 'softprompt.deleteRun' });
    page.say('nonsense');
    await settle();
    expect(host.asked).toEqual([]);
    expect(seen.executed).toEqual([]);
    page.say({ type: 'ready' });
    host.last('table/state').answer(stateOf());
    await settle();
    session.dispose();
    const viewer = (host.last('table/state').params as { viewer: string }).viewer;
    expect(host.last('table/close').params).toEqual({ viewer });
  });

  it('lets a table go that was closed before the first answer', () => {
    page.say({ type: 'ready' });
    expect(asked('table/state')).toHaveLength(1);
    session.dispose();
    expect(asked('table/close')).toHaveLength(1);
  });

  it('does not wake the host for a table that was never asked for', () => {
    session.dispose();
    expect(host.asked).toEqual([]);
  });

  it('shows the row that was asked for before it was open, and after', async () => {
    await openTableAt(uri, 12); // it is open: the page hears of it as soon as it is ready
    page.say({ type: 'ready' });
    expect(seen.executed).toEqual([['vscode.openWith', uri, 'softprompt.table', undefined]]);
    await openTableAt(uri, 34);
    expect(posted('goTo')).toEqual([
      { type: 'goTo', row: 12 },
      { type: 'goTo', row: 34 },
    ]);
  });

  it('tells a page that is there anew what was predicted', async () => {
    page.say({ type: 'ready' });
    host.last('table/state').answer(stateOf());
    await settle();
    answered = { task: 'mood', rows: [{ row: 1, correct: true }] };
    page.show(false);
    page.show(true);
    page.say({ type: 'ready' });
    expect(posted('predictions')).toEqual([{ type: 'predictions', ...answered }]);
  });

  it('shows the row that was asked for while the page was hidden, and therefore gone', async () => {
    page.say({ type: 'ready' });
    page.show(false);
    page.show(true);
    await openTableAt(uri, 56);
    expect(posted('goTo')).toEqual([]);
    page.say({ type: 'ready' });
    expect(posted('goTo')).toEqual([{ type: 'goTo', row: 56 }]);
  });
});

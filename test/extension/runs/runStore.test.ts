import { expect, it } from 'vitest';
import { RunStore } from '../../../src/extension/runs/runStore';
import type { RunEvent, RunSummary } from '../../../src/protocol/runs';
import { FakeHost } from '../fakeHost';
import { silentLog } from '../fakeVscode';

const FOLDER = '/w/.softprompt/runs/mood-1';
const run = (state: string) => ({ folder: FOLDER, state, step: 1 }) as RunSummary;
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

it('an older list that comes late does not bring an ended run back to life', async () => {
  const host = new FakeHost();
  const store = new RunStore(host as never, { folders: async () => ['/w'] } as never, silentLog as never);
  const ended: string[] = [];
  store.onEnded(({ state }) => ended.push(state));
  void store.all();
  await settle();
  host.last('runs/list').answer([run('training')]);
  await settle();
  host.hear({ type: 'step', step: 2 } as RunEvent, FOLDER);
  expect(store.live?.folder).toBe(FOLDER);

  void store.refresh();
  await settle();
  const older = host.last('runs/list');
  host.hear({ type: 'state', state: 'finished' } as RunEvent, FOLDER);
  await settle();
  expect(host.last('runs/list')).not.toBe(older);
  host.last('runs/list').answer([run('finished')]);
  await settle();
  older.answer([run('training')]);
  await settle();
  expect([store.live, ended]).toEqual([undefined, ['finished']]);
  expect(await store.all()).toEqual([run('finished')]);
  store.dispose();
});

it('keeps the runs of a folder whose list cannot be had', async () => {
  const host = new FakeHost();
  const store = new RunStore(
    host as never,
    { folders: async () => ['/w', '/x'] } as never,
    silentLog as never,
  );
  const answer = async (lists: (RunSummary[] | Error)[]): Promise<void> => {
    const asked = store.refresh();
    await settle();
    for (const [index, list] of lists.entries()) {
      const request = host.asked.at(index - lists.length)!;
      if (list instanceof Error) request.fail(list);
      else request.answer(list);
    }
    await asked;
  };
  const other = { folder: '/x/.softprompt/runs/tone-1', state: 'finished' } as RunSummary;
  await answer([[run('finished')], [other]]);
  await answer([new Error('The training host stopped.'), []]);
  expect(await store.all()).toEqual([run('finished')]);
  store.dispose();
});

/** A store of one folder, whose lists are answered by the test. */
function storeOf() {
  const host = new FakeHost();
  const store = new RunStore(host as never, { folders: async () => ['/w'] } as never, silentLog as never);
  const ended: string[] = [];
  store.onEnded(({ state }) => ended.push(state));
  const hear = (state: string): void => host.hear({ type: 'state', state } as RunEvent, FOLDER);
  return { host, store, ended, hear };
}

it('a run that ended before its first list came is not live, and its end is told', async () => {
  const { host, store, ended, hear } = storeOf();
  hear('preparing');
  await settle();
  const older = host.last('runs/list');
  hear('finished');
  older.answer([run('preparing')]);
  await settle();
  host.last('runs/list').answer([run('finished')]);
  await settle();
  expect([store.live, ended]).toEqual([undefined, ['finished']]);
  store.dispose();
});

it('a state that was told while a list was on its way is the later word', async () => {
  const { host, store, hear } = storeOf();
  hear('training');
  await settle();
  host.last('runs/list').answer([run('training')]);
  await settle();
  const listed = store.refresh();
  await settle();
  hear('paused');
  host.last('runs/list').answer([run('training')]);
  await listed;
  expect(store.live?.state).toBe('paused');
  store.dispose();
});

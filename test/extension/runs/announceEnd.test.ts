import { beforeEach, expect, it } from 'vitest';
import { announceEnd } from '../../../src/extension/runs/announceEnd';
import type { RunSummary } from '../../../src/protocol/runs';
import { FakeHost } from '../fakeHost';
import { seen, silentLog } from '../fakeVscode';

const run = { id: 'mood-1', folder: '/w/mood-1', task: 'mood', state: 'finished' } as RunSummary;
let host: FakeHost;

beforeEach(() => {
  host = new FakeHost();
  seen.errors.length = 0;
  seen.informations.length = 0;
});

function end(more: Partial<RunSummary>, inView = false): Promise<void> {
  const panel = { shows: () => inView };
  return announceEnd({ host, panel, log: silentLog } as never, { ...run, ...more });
}

it('says how well the tuned prompt did', async () => {
  await end({ score: 0.9, baseline: 0.6 });
  expect(seen.informations).toEqual([
    '“mood” is tuned: 90.0 % on the test rows, the best hard prompt 60.0 %.',
  ]);
});

it('says why a run failed, and that it did where nobody knows why', async () => {
  const error = { code: 'internal', message: 'The loss is no number.', hint: 'Try a lower rate.' };
  const told = end({ state: 'failed' });
  host.last('runs/read').answer({ record: { error } });
  await told;
  const silent = end({ state: 'failed' });
  host.last('runs/read').fail(new Error('gone'));
  await silent;
  expect(seen.errors).toEqual([
    'The run of “mood” failed. The loss is no number. Try a lower rate.',
    'The run of “mood” failed.',
  ]);
});

it('says nothing while the panel shows it, or of what was cancelled', async () => {
  await end({ state: 'failed' }, true);
  await end({ state: 'cancelled' });
  expect([...seen.errors, ...seen.informations]).toEqual([]);
});

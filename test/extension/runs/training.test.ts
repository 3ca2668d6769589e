import { beforeEach, expect, it } from 'vitest';
import { tune } from '../../../src/extension/runs/training';
import { FakeHost } from '../fakeHost';
import { silentLog } from '../fakeVscode';

const TASK = { file: '/w/mood.softprompt.json', name: 'mood', data: [], model: '/models/tiny' };
const FOLDER = '/w/.softprompt/runs/mood-1';
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

let host: FakeHost;
let opened: string[];
let softprompt: Parameters<typeof tune>[0];

beforeEach(() => {
  host = new FakeHost();
  opened = [];
  softprompt = {
    host,
    log: silentLog,
    runs: { live: undefined, refresh: async () => {} },
    panel: { open: async (folder: string) => opened.push(folder) },
  } as never;
});

/** Answers what a task's way to a run asks before it is started. */
async function answerChecks(): Promise<void> {
  await settle();
  host.last('task/check').answer({ problems: [] });
  await settle();
  host.last('models/list').answer({ models: [] });
  await settle();
}

it('a second click on Tune, while the first is on its way, means the same run', async () => {
  const first = tune(softprompt, TASK as never);
  await answerChecks();
  const second = tune(softprompt, TASK as never);
  await answerChecks();
  const starts = host.asked.filter(({ method }) => method === 'training/start');
  for (const { answer } of starts) answer({ folder: FOLDER });
  expect(await Promise.all([first, second])).toEqual([true, true]);
  expect([starts.length, opened]).toEqual([1, [FOLDER, FOLDER]]);
});

it('a start that failed does not stand in the way of the next', async () => {
  const first = tune(softprompt, TASK as never);
  await answerChecks();
  host.last('training/start').fail(new Error('The training host stopped.'));
  await expect(first).rejects.toThrow('The training host stopped.');
  const second = tune(softprompt, TASK as never);
  await answerChecks();
  host.last('training/start').answer({ folder: FOLDER });
  expect(await second).toBe(true);
});

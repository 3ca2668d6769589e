import { beforeEach, expect, it, vi } from 'vitest';
import { evaluateDataset, runsFor } from '../../../src/extension/dataset/evaluateDataset';
import type { RunSummary } from '../../../src/protocol/runs';
import { EventEmitter, seen, Uri } from '../fakeVscode';

const FILE = '/w/mail.csv';
const summary = (id: string, taskFile: string, more: Partial<RunSummary> = {}): RunSummary => ({
  id,
  folder: `/w/.softprompt/runs/${id}`,
  task: 'mail',
  taskFile,
  state: 'finished',
  createdAt: `2026-11-22T10:0${id}:00.000Z`,
  step: 1,
  steps: 1,
  score: 0.9,
  modelName: 'm',
  ...more,
});
const RUNS = [
  summary('1', '/w/mail.softprompt.json'),
  summary('2', '/w/mail.softprompt.json'),
  summary('3', '/w/mail.softprompt.json', { state: 'training' }),
  summary('4', '/w/mail.softprompt.json', { state: 'failed', score: undefined }),
  summary('5', '/w/other.softprompt.json'),
];

const ROWS = [{ correct: true }, { correct: false }, { correct: false }];

function parts(runs: RunSummary[], using: string[], rows: object[] = ROWS) {
  const request = vi.fn(async (..._: unknown[]) => ({ metrics: {}, unknownLabels: 2 }));
  const load = vi.fn(async () => {});
  return {
    request,
    load,
    softprompt: {
      host: { request, on: new EventEmitter<never>().event },
      runs: { all: async () => runs },
      tasks: { using: async () => using.map((file) => ({ file })) },
      predictions: { load, of: () => ({ rows }) },
    } as never,
  };
}

const document = { uri: Uri.file(FILE), isDirty: false } as never;

beforeEach(() => {
  seen.informations = [];
});

it('asks the newest prompt of the dataset’s task, and says what came out', async () => {
  const { softprompt, request, load } = parts(RUNS, ['/w/mail.softprompt.json']);
  await evaluateDataset(softprompt, document);
  expect(request.mock.calls[0]?.slice(0, 2)).toEqual([
    'evaluate/file',
    { folder: '/w/.softprompt/runs/2', file: FILE },
  ]);
  expect(load).toHaveBeenCalledWith(FILE);
  expect(seen.informations).toEqual([
    'mail.csv: 33.3 % right, 2 wrong. Left out, as the prompt does not know their labels: 2 rows.',
  ]);
});

it('offers all prompts for a dataset of no task', async () => {
  const { softprompt } = parts(RUNS, []);
  const { runs, own } = await runsFor(softprompt, FILE);
  expect([runs.map(({ id }) => id), own]).toEqual([['5', '2', '1'], false]);
});

it('says that a prompt is to be tuned first', async () => {
  const { softprompt, request } = parts(RUNS, ['/w/new.softprompt.json']);
  await evaluateDataset(softprompt, document);
  expect(request).not.toHaveBeenCalled();
  expect(seen.informations).toEqual(['There is no tuned prompt for mail.csv yet.']);
});

it('does not let rows that the prompt was tuned on speak for the others', async () => {
  const rows = [
    { correct: true, split: 'train' },
    { correct: true, split: 'train' },
    { correct: false, split: 'test' },
    { correct: true, split: 'test' },
  ];
  const { softprompt } = parts(RUNS, ['/w/mail.softprompt.json'], rows);
  await evaluateDataset(softprompt, document);
  expect(seen.informations[0]).toContain(
    '75.0 % right, 1 wrong. On the held-out rows, which the prompt has never seen: 50.0 % right.',
  );
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DatasetLens } from '../../../src/extension/dataset/datasetLens';
import type { DamagedAnswers, Problem } from '../../../src/protocol/dataset';
import { SoftpromptError } from '../../../src/protocol/errors';
import { EventEmitter, FakeDocument, silentLog } from '../fakeVscode';

const FILE = '/w/mail.csv';
const warning = (line: number): Problem => ({
  severity: 'warning',
  kind: 'too-long',
  message: 'Too long.',
  place: { file: FILE, line },
});

let damaged: DamagedAnswers[];
let listed: { problems: Problem[] } | undefined;
let looked: EventEmitter<string>;
let lens: DatasetLens;
let read: () => Promise<object>;

beforeEach(() => {
  vi.useFakeTimers();
  listed = undefined;
  damaged = [];
  looked = new EventEmitter<string>();
  const never = { onChanged: new EventEmitter<never>().event };
  const found = { rows: 9, columns: [], problems: [warning(2)] };
  read = async () => found;
  lens = new DatasetLens({
    datasets: { of: () => read() },
    problems: { of: () => listed, onChanged: looked.event },
    tasks: { ...never, using: async () => [] },
    runs: { ...never, all: async () => [] },
    predictions: { ...never, of: () => undefined, damagedOf: () => damaged },
    log: silentLog,
  } as never);
});
afterEach(() => {
  lens.dispose();
  vi.useRealTimers();
});

async function last(): Promise<{ title: string; command: string; tooltip?: string }> {
  const lenses = await lens.provideCodeLenses(new FakeDocument(FILE, 'text,label\n') as never);
  return lenses.at(-1)!.command as never;
}
const title = async () => (await last()).title;

it('says why a file cannot be read, and leads to the list of problems', async () => {
  const hint = 'One example is one row.';
  read = async () => {
    throw new SoftpromptError('data-invalid', 'The file is empty.', { hint });
  };
  expect(await last()).toMatchObject({
    title: expect.stringContaining('The file is empty.'),
    command: 'workbench.actions.view.problems',
    tooltip: hint,
  });
});

it('counts what the Problems list says, which knows the tasks, and is drawn anew only where that changed', async () => {
  let drawn = 0;
  lens.onDidChangeCodeLenses(() => drawn++);
  expect(await title()).toContain('1 warning');
  listed = { problems: [warning(5)] };
  looked.fire(FILE);
  vi.runAllTimers();
  expect(drawn).toBe(0);
  listed = { problems: [warning(5), warning(6)] };
  looked.fire(FILE);
  vi.runAllTimers();
  expect(drawn).toBe(1);
  expect(await title()).toContain('2 warnings');
});

it('says that answers are damaged, where, and offers to have them again', async () => {
  damaged = [
    { run: '/w/.softprompt/runs/mail-1', file: '/w/.softprompt/runs/mail-1/predictions.jsonl', line: 3 },
  ];
  const lenses = await lens.provideCodeLenses(new FakeDocument(FILE, 'text,label\n') as never);
  const command = lenses.map((one) => one.command!).find(({ title }) => title.includes('damaged'))!;
  expect(command.command).toBe('softprompt.evaluateDataset');
  expect(command.tooltip).toContain('predictions.jsonl of the run mail-1 cannot be read at line 3.');
});

it('is there once the host that was lost is back and the file was looked at again', async () => {
  let drawn = 0;
  lens.onDidChangeCodeLenses(() => drawn++);
  const whole = read;
  read = async () => Promise.reject(new Error('The training host stopped.'));
  expect(await lens.provideCodeLenses(new FakeDocument(FILE, 'text,label\n') as never)).toEqual([]);
  read = whole;
  looked.fire(FILE);
  vi.runAllTimers();
  expect(drawn).toBe(1);
  expect(await title()).toContain('9 rows');
  looked.fire(FILE);
  vi.runAllTimers();
  expect(drawn).toBe(1);
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { QuickLenses } from '../../src/extension/quickLenses';
import { EventEmitter, FakeDocument } from './fakeVscode';

const document = new FakeDocument('/w/mail.csv', 'text,label\n');
let answers: ((titles: string[]) => void)[];
let changed: EventEmitter<void>;
let lenses: QuickLenses;
let asks: number;

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  changed = new EventEmitter();
  lenses = new QuickLenses({
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: () => new Promise((resolve) => answers.push(resolve as never)),
  } as never);
  asks = 0;
  lenses.onDidChangeCodeLenses(() => asks++);
});
afterEach(() => {
  lenses.dispose();
  vi.useRealTimers();
});

const ask = (): Promise<unknown> => lenses.provideCodeLenses(document as never, {} as never);

it('gives an answer that is known at once', async () => {
  const asked = ask();
  answers[0]!(['Tune']);
  expect(await asked).toEqual(['Tune']);
  await vi.runAllTimersAsync();
  expect(asks).toBe(0);
});

it('does not keep the editor waiting, and has it ask again once the answer is there', async () => {
  const asked = ask();
  await vi.runAllTimersAsync();
  expect(await asked).toEqual([]);
  answers[0]!(['Tune']);
  await vi.runAllTimersAsync();
  expect(asks).toBe(1);
  expect(await ask()).toEqual(['Tune']);
  expect(answers).toHaveLength(1);
  const again = ask();
  await vi.runAllTimersAsync();
  expect(await again).toEqual(['Tune']); // what was there before stays
});

it('asks anew where something has changed since', async () => {
  void ask();
  await vi.runAllTimersAsync();
  answers[0]!(['Tune']);
  await vi.runAllTimersAsync();
  changed.fire();
  const asked = ask();
  answers[1]!(['Pause']);
  expect(await asked).toEqual(['Pause']);
});

it('keeps the newer answer when an older question is answered after it', async () => {
  void ask();
  const newer = ask();
  answers[1]!(['Pause']);
  expect(await newer).toEqual(['Pause']);
  answers[0]!(['Tune']);
  await vi.runAllTimersAsync();
  expect(asks).toBe(0);
});

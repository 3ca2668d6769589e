import { afterEach, beforeEach, expect, it } from 'vitest';
import { TaskChecks } from '../../../src/extension/problems/taskChecks';
import { FakeHost } from '../fakeHost';
import { EventEmitter, FakeDocument, workspace } from '../fakeVscode';

const FILE = '/w/a.softprompt.json';
const settle = () => new Promise((resolve) => setTimeout(resolve, 10));
let host: FakeHost;
let checks: TaskChecks;
const refreshed = new EventEmitter<void>();

beforeEach(() => {
  host = new FakeHost();
  checks = new TaskChecks(host as never, { onRefreshed: refreshed.event } as never);
  workspace.textDocuments.push(new FakeDocument(FILE, '{ "model": "m" }'));
});
afterEach(() => {
  checks.dispose();
  workspace.textDocuments.length = 0;
});

it('asks once for the same text, and again when a model has come or gone', async () => {
  void checks.of(FILE);
  void checks.of(FILE);
  await settle();
  expect(host.asked).toHaveLength(1);
  let told = 0;
  checks.onForgotten(() => {
    told += 1;
  });
  refreshed.fire();
  void checks.of(FILE);
  await settle();
  expect([host.asked.length, told]).toEqual([2, 1]);
});

it('keeps a newer answer when an older question fails', async () => {
  checks.of(FILE).catch(() => {});
  await settle();
  workspace.textDocuments[0]!.setText('{ "model": "n" }');
  void checks.of(FILE);
  await settle();
  const [older, newer] = host.asked;
  older!.fail(new Error('gone'));
  newer!.answer({ problems: [] });
  await settle();
  expect(await checks.of(FILE)).toEqual({ problems: [] });
  expect(host.asked).toHaveLength(2);
});

it('is asked again when the host is back, not when it starts for the first time', async () => {
  let told = 0;
  checks.onForgotten(() => {
    told += 1;
  });
  for (const state of ['starting', 'ready']) host.states.fire(state);
  expect(told).toBe(0);
  for (const state of ['lost', 'starting', 'ready']) host.states.fire(state);
  expect(told).toBe(1);
});

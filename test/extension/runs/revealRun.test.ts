import { afterEach, beforeEach, expect, it } from 'vitest';
import { revealRun } from '../../../src/extension/runs/revealRun';
import { env, seen } from '../fakeVscode';

beforeEach(() => {
  seen.executed.length = 0;
});
afterEach(() => {
  env.remoteName = undefined;
});

const shown = () => seen.executed.map(([command, uri]) => [command, (uri as { fsPath: string }).fsPath]);

it('shows a run in the file manager', async () => {
  await revealRun('/w/mood-1');
  expect(shown()).toEqual([['revealFileInOS', '/w/mood-1/run.json']]);
});

it('shows it in the Explorer where the window has no file manager', async () => {
  env.remoteName = 'ssh-remote';
  await revealRun('/w/mood-1', 'adapter');
  expect(shown()).toEqual([['revealInExplorer', '/w/mood-1/adapter/adapter_config.json']]);
});

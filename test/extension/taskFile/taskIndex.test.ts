import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { TaskIndex } from '../../../src/extension/taskFile/taskIndex';
import { Uri, workspace } from '../fakeVscode';

afterEach(() => {
  workspace.isTrusted = true;
  vi.restoreAllMocks();
});

it('looks for no task and reads none before the workspace is trusted, and all of them then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-index-'));
  const file = join(folder, 'a.softprompt.json');
  await writeFile(file, '{ "model": "m", "data": "a.csv" }');
  const findFiles = vi.spyOn(workspace, 'findFiles').mockResolvedValue([Uri.file(file)]);
  workspace.isTrusted = false;
  const tasks = new TaskIndex();
  await tasks.refresh();
  expect([await tasks.all(), await tasks.using(join(folder, 'a.csv'))]).toEqual([[], []]);
  expect(findFiles).not.toHaveBeenCalled();
  workspace.isTrusted = true;
  expect((await tasks.all()).map(({ name }) => name)).toEqual(['a']);
  tasks.dispose();
  await rm(folder, { recursive: true });
});

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

it('knows its tasks also while they are looked for again, and when that fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-index-'));
  const [kept, gone] = ['a.softprompt.json', 'b.softprompt.json'].map((name) => join(folder, name));
  for (const file of [kept!, gone!]) await writeFile(file, '{ "model": "m", "data": "a.csv" }');
  const findFiles = vi.spyOn(workspace, 'findFiles');
  const find = (...files: string[]): void =>
    void findFiles.mockResolvedValueOnce(files.map((file) => Uri.file(file)));
  find(kept!, gone!);
  const tasks = new TaskIndex();
  const names = async () => (await tasks.all()).map(({ name }) => name).sort();
  const asked = names();
  find(kept!, gone!);
  const again = tasks.refresh();
  expect(await asked).toEqual(['a', 'b']);
  await again;
  findFiles.mockRejectedValueOnce(new Error('Canceled'));
  await tasks.refresh();
  find(kept!);
  expect(await names()).toEqual(['a']);
  tasks.dispose();
  await rm(folder, { recursive: true });
});

import { afterEach, expect, it, vi } from 'vitest';
import { chooseDataset } from '../../src/extension/choose';
import { seen, silentLog, Uri, window, workspace } from './fakeVscode';

afterEach(() => {
  vi.restoreAllMocks();
  workspace.workspaceFolders = undefined;
});

it('says that there is no dataset, with a way to one, and not as an error', async () => {
  const told = vi.spyOn(window, 'showInformationMessage').mockResolvedValue('Open Sample…' as never);
  seen.executed.length = 0;
  workspace.workspaceFolders = [{ uri: Uri.file('/w') }];
  expect(await chooseDataset({ log: silentLog as never }, undefined)).toBeUndefined();
  expect(told).toHaveBeenCalledWith(
    expect.stringMatching(/^There is no dataset in this workspace\. Add a/),
    'Open Sample…',
  );
  await expect.poll(() => seen.executed).toEqual([['softprompt.openSample']]);
});

it('offers to open a folder where none is open', async () => {
  const told = vi.spyOn(window, 'showInformationMessage');
  await chooseDataset({ log: silentLog as never }, undefined);
  expect(told).toHaveBeenCalledWith(expect.anything(), 'Open Folder', 'Open Sample…');
});

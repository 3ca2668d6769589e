import { mkdtemp, readdir, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSample, showSample } from '../../../src/extension/welcome/sample';
import { seen, Uri, window, workspace } from '../fakeVscode';

const ROOT = join(__dirname, '../../..');
const FILES = ['README.md', 'support.softprompt.json', 'test.csv', 'train.csv'];

/** The extension with a memory of its own, in an editor where the person picks by a label. */
function editor(chosen: RegExp) {
  const memory = new Map<string, unknown>();
  const shown: string[] = [];
  const picks = vi.spyOn(window as never as { showQuickPick(items: unknown): unknown }, 'showQuickPick');
  picks.mockImplementation(async (items) =>
    (items as { label: string }[]).find(({ label }) => chosen.test(label)),
  );
  Object.assign(window, { showTextDocument: async ({ fsPath }: Uri) => shown.push(fsPath) });
  const globalState = {
    get: (key: string) => memory.get(key),
    update: async (key: string, value: unknown) => memory.set(key, value),
  };
  return { softprompt: { extension: { extensionPath: ROOT, globalState } } as never, shown };
}

afterEach(() => {
  vi.restoreAllMocks();
  workspace.workspaceFolders = undefined;
  seen.executed.length = 0;
});

describe('the sample', () => {
  it('is copied into the open folder, beside an earlier copy, and shown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'softprompt-'));
    workspace.workspaceFolders = [{ uri: Uri.file(folder) }];
    const { softprompt, shown } = editor(/Open Folder/);
    await openSample(softprompt);
    await openSample(softprompt);
    expect((await readdir(folder)).sort()).toEqual(['support', 'support-2']);
    expect((await readdir(join(folder, 'support-2'))).sort()).toEqual(FILES);
    expect(await readFile(join(folder, 'support/train.csv'))).toEqual(
      await readFile(join(ROOT, 'samples/support/train.csv')),
    );
    expect(shown).toEqual([join(folder, 'support/train.csv'), join(folder, 'support-2/train.csv')]);
  });

  it('is opened in a window of its own, which shows it once', async () => {
    const { softprompt, shown } = editor(/Temporary/);
    await openSample(softprompt);
    const [[command, uri]] = seen.executed as [[string, Uri]];
    expect(command).toBe('vscode.openFolder');
    expect((await readdir(uri.fsPath)).sort()).toEqual(FILES);
    expect(await realpath(uri.fsPath)).toMatch(/softprompt-sample-\w+[\\/]support$/);

    await showSample(softprompt); // still the old window
    expect(shown).toEqual([]);
    workspace.workspaceFolders = [{ uri }];
    await showSample(softprompt);
    await showSample(softprompt);
    expect(shown).toEqual([join(uri.fsPath, 'train.csv')]);
  });

  it('stays where it is when no place is chosen', async () => {
    await openSample(editor(/Nowhere/).softprompt);
    expect(seen.executed).toEqual([]);
  });
});

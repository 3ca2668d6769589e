import { beforeEach, expect, it } from 'vitest';
import { TableEditor } from '../../../src/extension/table/tableEditor';
import { FakePanel, seen, silentLog, TabInputCustom, Uri, window } from '../fakeVscode';

const FILE = Uri.file('/w/train.parquet');
const ROW_7 = FILE.with({ fragment: 'L7' });

beforeEach(() => {
  seen.executed.length = 0;
});

/** Opens the address as a tab, and tells how the table is asked for in its place. */
async function opened(isPreview: boolean): Promise<{ how: unknown; uri: Uri; disposed: boolean }> {
  const tabs = [{ input: new TabInputCustom(ROW_7, 'softprompt.parquet'), isPreview }];
  Object.assign(window.tabGroups, { all: [{ tabs, viewColumn: 1 }], activeTabGroup: { viewColumn: 1 } });
  const panel = new FakePanel();
  let disposed = false;
  panel.onDidDispose(() => {
    disposed = true;
  });
  new TableEditor({ log: silentLog } as never).resolveCustomEditor(
    { uri: ROW_7, dispose() {} } as never,
    panel as never,
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
  const [command, uri, type, how] = seen.executed.at(-1)!;
  expect([command, type]).toEqual(['vscode.openWith', 'softprompt.parquet']);
  return { how, uri: uri as Uri, disposed };
}

it('shows a row that an address names in the table of the file, in the place of a tab of its own', async () => {
  const { how, uri, disposed } = await opened(false);
  expect(uri.toString()).toBe(FILE.toString());
  expect(how).toEqual({ viewColumn: 1, preserveFocus: false });
  expect(disposed).toBe(true);
});

it('leaves the keyboard in the list of problems, where rows are only passed by', async () => {
  expect((await opened(true)).how).toEqual({ viewColumn: 1, preserveFocus: true });
});

import { afterEach, expect, it, vi } from 'vitest';
import { datasetEditor } from '../../../src/extension/dataset/mistakeCommands';
import { FakeDocument, TabInputText, TabInputWebview, Uri, window, workspace } from '../fakeVscode';

const FILE = '/shop/messages.csv';

afterEach(() => {
  workspace.textDocuments.length = 0;
  vi.restoreAllMocks();
});

it('shows a dataset that is covered by another where it is, not in front of the panel', async () => {
  const document = new FakeDocument(FILE, 'text,label\nlate,delivery\n');
  workspace.textDocuments.push(document);
  vi.spyOn(workspace, 'openTextDocument').mockResolvedValue(document);
  const left = {
    viewColumn: 1,
    tabs: [{ input: new TabInputText(Uri.file(FILE)) }],
    activeTab: { input: new TabInputText(Uri.file('/shop/notes.md')) },
  };
  const panel = { input: new TabInputWebview('softprompt.run') };
  const right = { viewColumn: 2, tabs: [panel], activeTab: panel };
  vi.spyOn(window, 'tabGroups', 'get').mockReturnValue({
    all: [left, right],
    activeTabGroup: right,
  } as never);
  const show = vi.fn(async (shown: FakeDocument, options: object) => ({ document: shown, options }));
  Object.assign(window, { showTextDocument: show });
  await datasetEditor(Uri.file(FILE) as never);
  expect(show).toHaveBeenCalledWith(document, { viewColumn: 1 });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeText } from '../../src/extension/changeText';
import { FakeDocument, workspace } from './fakeVscode';

let document: FakeDocument;

beforeEach(() => {
  document = new FakeDocument('/w/a.softprompt.json', '{\n  "model": "m"\n}\n');
  workspace.textDocuments.push(document);
});

afterEach(() => {
  workspace.textDocuments.length = 0;
  vi.restoreAllMocks();
});

describe('changeText', () => {
  it('keeps what is typed while the change is being made, and makes it again of that', async () => {
    const asked: string[] = [];
    await changeText(document as never, async (text) => {
      asked.push(text);
      if (asked.length === 1) document.setText(text.replace('"m"', '"other"'));
      await Promise.resolve();
      return text.replace('\n}', ',\n  "data": "a.csv"\n}');
    });
    expect(asked).toHaveLength(2);
    expect(document.getText()).toBe('{\n  "model": "other",\n  "data": "a.csv"\n}\n');
  });

  it('has each of two changes at a time, one upon the other', async () => {
    const entry = (row: number) => async (text: string) => {
      await Promise.resolve();
      return text.replace('{\n', `{\n  "${row}": "",\n`);
    };
    await Promise.all([1, 2, 3].map((row) => changeText(document as never, entry(row))));
    expect(Object.keys(JSON.parse(document.getText()) as object)).toEqual(['1', '2', '3', 'model']);
  });

  it('says so where the editor does not take it', async () => {
    vi.spyOn(workspace, 'applyEdit').mockResolvedValue(false);
    await expect(changeText(document as never, () => '')).rejects.toMatchObject({ code: 'task-invalid' });
  });

  it('touches nothing where nothing changes', async () => {
    const applyEdit = vi.spyOn(workspace, 'applyEdit');
    await changeText(document as never, (text) => text);
    expect(applyEdit).not.toHaveBeenCalled();
  });
});

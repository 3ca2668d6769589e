import { afterEach, describe, expect, it, vi } from 'vitest';
import { FormSession } from '../../../src/extension/form/formSession';
import { FakeHost } from '../fakeHost';
import { FakeDocument, FakePanel, silentLog, Uri, workspace } from '../fakeVscode';

const settle = () => new Promise((resolve) => setTimeout(resolve, 10));
let session: FormSession;

function open(text: string) {
  const document = new FakeDocument('/w/a.softprompt.json', text);
  workspace.textDocuments.push(document);
  const page = new FakePanel();
  const problems = [{ severity: 'error', kind: 'task-invalid', message: 'No data.', place: {} }];
  const softprompt = {
    extension: { extensionUri: Uri.file('/ext') },
    host: new FakeHost(),
    log: silentLog,
    checks: { of: async () => ({ problems }), onForgotten: () => ({ dispose() {} }) },
    datasets: { of: async () => Promise.reject(new Error('not there')) },
    runs: { all: async () => [], onChanged: () => ({ dispose() {} }) },
  };
  session = new FormSession(softprompt as never, document as never, page.webview as never);
  return { document, page, of: (type: string) => page.posted.filter((message) => message.type === type) };
}

afterEach(() => {
  session.dispose();
  workspace.textDocuments.length = 0;
});

describe('FormSession', () => {
  it.each(['', '{ "model": "m" }', '{ "data": 5 }', '{ "data": { "train": 5, "test": "t.csv" } }'])(
    'tells what is wrong with a task whose data is not named yet: %s',
    async (text) => {
      const { page, of } = open(text);
      page.say({ type: 'ready' });
      await settle();
      expect(of('check')).toMatchObject([{ problems: [{ message: 'No data.' }] }]);
    },
  );

  it('tells a page that is there anew about the runs too', async () => {
    const { page, of } = open('{ "model": "m" }');
    for (let shown = 1; shown <= 2; shown++) {
      page.say({ type: 'ready' });
      await settle();
      expect(of('runs')).toHaveLength(shown);
    }
  });

  it('undoes and saves also after a change that the editor did not take', async () => {
    const { document, page } = open('{ "model": "m" }');
    vi.spyOn(workspace, 'applyEdit').mockResolvedValue(false);
    page.say({ type: 'change', number: 1, changes: [{ path: ['data'], value: 'a.csv' }] });
    page.say({ type: 'command', name: 'save' });
    await settle();
    expect([document.getText(), document.saved]).toEqual(['{ "model": "m" }', 1]);
    vi.restoreAllMocks();
  });

  it('writes changes that come one upon the other, each', async () => {
    const { document, page } = open('{ "model": "m" }');
    page.say({ type: 'change', number: 1, changes: [{ path: ['data'], value: 'a.csv' }] });
    page.say({ type: 'change', number: 2, changes: [{ path: ['target'], value: 'label' }] });
    await settle();
    expect(JSON.parse(document.getText())).toEqual({ model: 'm', data: 'a.csv', target: 'label' });
  });
});

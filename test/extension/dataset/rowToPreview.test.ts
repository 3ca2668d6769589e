import { beforeEach, expect, it } from 'vitest';
import { rowToPreview } from '../../../src/extension/dataset/rowToPreview';
import { SoftpromptError } from '../../../src/protocol/errors';
import { FakeHost } from '../fakeHost';
import { seen } from '../fakeVscode';

const TASK = { file: '/w/mail.softprompt.json', name: 'mail', model: 'small', data: [] };
const SMALL = { name: 'small', title: 'Small', size: 98_000_000, state: 'available' };
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

let host: FakeHost;
const preview = (model = TASK.model) =>
  rowToPreview({ host } as never, { ...TASK, model }, { file: '/w/mail.csv', line: 7 });

beforeEach(() => {
  host = new FakeHost();
  seen.informations.length = 0;
});

it('is the row in the line', async () => {
  const row = preview();
  expect(host.last('dataset/preview').params).toEqual({ taskFile: TASK.file, file: '/w/mail.csv', line: 7 });
  host.last('dataset/preview').answer({ row: 6 });
  expect(await row).toBe(6);
});

it('leaves it to the preview to say what is wrong with task or data', async () => {
  const row = preview();
  host.last('dataset/preview').fail(new SoftpromptError('task-invalid', 'No.'));
  expect(await row).toBe(1);
});

it('offers the download where the model is not there, and shows nothing without it', async () => {
  const row = preview();
  host.last('dataset/preview').fail(new SoftpromptError('model-missing', 'Not on this computer yet.'));
  await settle();
  host.last('models/list').answer({ models: [SMALL], contents: [] });
  expect(await row).toBeUndefined(); // nobody said yes
  expect(seen.informations).toEqual(['The base model Small (98 MB) is not on this computer yet.']);
});

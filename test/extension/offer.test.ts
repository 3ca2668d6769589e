import { afterEach, expect, it, vi } from 'vitest';
import { offer } from '../../src/extension/offer';
import { SoftpromptError } from '../../src/protocol/errors';
import { seen, silentLog, window } from './fakeVscode';

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
afterEach(() => {
  vi.restoreAllMocks();
});

it('does what the button says, and shows what fails', async () => {
  const shown = vi.spyOn(window, 'showInformationMessage');
  const done: string[] = [];
  const buttons = {
    Undo: async () => {
      throw new SoftpromptError('data-invalid', 'The row is gone.');
    },
    Open: async () => done.push('open'),
  };
  for (const choice of ['Open', undefined, 'Undo']) {
    shown.mockResolvedValueOnce(choice as never);
    offer({ log: silentLog as never }, 'Done.', buttons);
    await settle();
  }
  expect(shown.mock.calls[0]).toEqual(['Done.', 'Undo', 'Open']);
  expect(done).toEqual(['open']);
  expect(seen.errors).toEqual(['The row is gone.']);
});

import { afterEach, expect, it, vi } from 'vitest';
import { showFailure } from '../../src/extension/failures';
import { SoftpromptError } from '../../src/protocol/errors';
import { seen, silentLog, window } from './fakeVscode';

afterEach(() => vi.restoreAllMocks());

/** What is shown of an error: its text, then its buttons; one of them is pressed. */
async function shown(error: unknown, press?: string): Promise<unknown[]> {
  const show = vi.spyOn(window, 'showErrorMessage').mockResolvedValue(press as never);
  await showFailure({ log: silentLog } as never, error, 'test');
  return show.mock.calls[0] ?? [];
}

it('shows what happened and what to do, with a way to the place', async () => {
  const place = { file: 'package.json', line: 3 };
  const error = new SoftpromptError('task-invalid', 'It is wrong.', { place, hint: 'Mend it.' });
  expect(await shown(error)).toEqual(['It is wrong. Mend it.', 'Open File', 'Open Log']);
});

it('offers no file that is not there, and a model where one is missing', async () => {
  seen.executed.length = 0;
  const error = new SoftpromptError('model-missing', 'It is gone.', { place: { file: '/no/such/model' } });
  expect(await shown(error, 'Get a Model')).toEqual(['It is gone.', 'Get a Model', 'Open Log']);
  expect(seen.executed).toEqual([['softprompt.pullModel']]);
});

it('shows nothing of what the user cancelled', async () => {
  expect(await shown(new SoftpromptError('cancelled', 'Cancelled.'))).toEqual([]);
});

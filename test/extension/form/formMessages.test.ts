import { describe, expect, it } from 'vitest';
import { fromFormSchema } from '../../../src/extension/form/formMessages';

const accepts = (message: unknown): boolean => fromFormSchema.safeParse(message).success;

describe('messages of the form', () => {
  it('may change values at paths, and nothing else', () => {
    expect(
      accepts({ type: 'change', number: 1, changes: [{ path: ['training', 'steps'], value: 50 }] }),
    ).toBe(true);
    expect(accepts({ type: 'change', number: 1, changes: [{ path: ['messages', 0, 'content'] }] })).toBe(
      true,
    );
    expect(accepts({ type: 'change', number: 1, changes: [] })).toBe(false);
    expect(accepts({ type: 'change', number: 1, changes: [{ path: [], value: {} }] })).toBe(false);
    expect(accepts({ type: 'change', number: 1, changes: [{ path: ['a', -1] }] })).toBe(false);
    expect(accepts({ type: 'change', number: 1, changes: [{ path: ['a'], value: () => 1 }] })).toBe(false);
    expect(accepts({ type: 'change', number: 1, file: '/etc/passwd', changes: [{ path: ['a'] }] })).toBe(
      false,
    );
  });

  it('may run the commands of its buttons alone', () => {
    expect(accepts({ type: 'command', name: 'tune' })).toBe(true);
    expect(accepts({ type: 'command', name: 'softprompt.deleteRun' })).toBe(false);
    expect(accepts({ type: 'preview', row: 0 })).toBe(false);
    expect(accepts({ type: 'openText', path: ['model'] })).toBe(true);
    expect(accepts('ready')).toBe(false);
  });
});

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitToContext } from '../../src/engine/task/fitToContext';
import { prepareTask } from '../../src/engine/task/prepareTask';
import { supportCsv, workspace } from './workspace';

describe('fitToContext', () => {
  const resolve = async (task: object) => {
    const folder = await workspace({
      'a.csv': supportCsv(40),
      'a.softprompt.json': JSON.stringify({ model: 'm', data: 'a.csv', ...task }),
    });
    return (await prepareTask(join(folder, 'a.softprompt.json'))).task;
  };

  it('lowers the limit to what is left beside virtual tokens and answer', async () => {
    const task = await resolve({ method: { virtualTokens: 30 } });
    expect(fitToContext(task, 8192)).toEqual(task);
    expect(fitToContext(task, 256).limit).toBe(256 - 30 - 32);
    const text = await resolve({ target: { column: 'label', kind: 'text', maxTokens: 100 } });
    expect(fitToContext(text, 256).limit).toBe(256 - 20 - 100);
  });

  it('leaves the answer of an encoder-decoder out, which is written elsewhere, but not without end', async () => {
    const task = await resolve({ limit: 1000, target: { column: 'label', kind: 'text', maxTokens: 100 } });
    expect(fitToContext(task, 256, 'encoder-decoder').limit).toBe(256 - 20);
    expect(fitToContext(task, 102, 'encoder-decoder').limit).toBe(102 - 20);
    expect(() => fitToContext(task, 101, 'encoder-decoder')).toThrow('leave no room');
  });

  it.each(['masked', 'encoder'] as const)(
    'gives rows all the room of a model that answers in them: %s',
    async (kind) => {
      expect(fitToContext(await resolve({ limit: 1000 }), 256, kind).limit).toBe(256 - 20);
      const instructed = await resolve({ limit: 1000, evaluation: { hardPrompt: 'Say how it is.' } });
      expect(fitToContext(instructed, 256, kind).limit).toBe(256 - 20 - 32);
      const long = await resolve({ method: { virtualTokens: 250 } });
      expect(() => fitToContext(long, 256, kind)).toThrow('250 virtual tokens leave no room');
    },
  );

  it('refuses where no row has room', async () => {
    const task = await resolve({ method: { virtualTokens: 220 } });
    expect(() => fitToContext(task, 256)).toThrow('leave no room in the model’s context'.replace('’', "'"));
  });
});

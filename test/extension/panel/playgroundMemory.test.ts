import { expect, it } from 'vitest';
import { PlaygroundMemory } from '../../../src/extension/panel/playgroundMemory';
import type { Playground } from '../../../src/protocol/playground';

it('keeps the newest tries, as many as there is room for', async () => {
  const kept = new Map<string, unknown>();
  const memory = new PlaygroundMemory({
    get: (key: string) => kept.get(key),
    update: async (key: string, value: unknown) => void kept.set(key, value),
  } as never);
  const tries = Array.from({ length: 200 }, (_, time) => ({
    time,
    values: { text: 'x'.repeat(10_000) },
    hardPrompt: { kind: 'zero-shot' as const },
    tuned: { predicted: 'a', milliseconds: 1, cutTokens: 0 },
  }));
  await memory.keep('/r', { tries, kind: 'own', own: 'Be brief.' } as Playground);
  const found = memory.of('/r');
  expect(found.own).toBe('Be brief.');
  expect(found.tries.map(({ time }) => time)).toEqual(Array.from({ length: 19 }, (_, time) => time));
  expect(JSON.stringify([...kept]).length).toBeLessThan(250_000);
});

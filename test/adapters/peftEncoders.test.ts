import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameBytes, expectSameLogits } from './byPeft';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-encoders-'));
});
afterAll(() => rm(root, { recursive: true }));

describe.each([
  { what: 'sequence classification', adapter: 'peft-seq-cls', model: 'minilm', classes: 3 },
  { what: 'filling in masks', adapter: 'peft-masked', model: 'bert', classes: undefined },
])('an adapter for $what that PEFT wrote', ({ adapter, model, classes }) => {
  it('is read, and written again byte for byte', async () => {
    const { head, virtualTokens } = await expectSameBytes({ adapter, model }, join(root, adapter));
    expect(virtualTokens).toBe(5);
    expect(head?.bias.length).toBe(classes);
  });

  it('gives the logits here that PEFT gives with it', async () => {
    await expectSameLogits({ adapter, model }, join(root, 'cache'), ({ rows, positions }) => ({
      rows: rows.map((row) => ({ tokens: Int32Array.from(row) })),
      readouts: rows.map((_, row) => ({ row, position: positions?.[row] ?? 0, target: 0 })),
    }));
  });
});

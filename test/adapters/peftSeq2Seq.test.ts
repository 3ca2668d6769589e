import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameBytes, expectSameLogits } from './byPeft';

const FLAN_T5 = { adapter: 'peft-seq2seq', model: 'flan-t5' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-seq2seq-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('an adapter of an encoder-decoder that PEFT wrote', () => {
  it('is read, and written again byte for byte', async () => {
    const { virtualTokens } = await expectSameBytes(FLAN_T5, folder);
    expect(virtualTokens).toBe(5);
  });

  it('gives the logits here that PEFT gives with it', async () => {
    await expectSameLogits(FLAN_T5, join(folder, 'cache'), ({ rows, decoderRows }) => ({
      rows: rows.map((row, i) => ({
        tokens: Int32Array.from(row),
        answer: Int32Array.from(decoderRows![i]!),
      })),
      readouts: decoderRows!.map(({ length }, row) => ({ row, position: length - 1, target: 0 })),
    }));
  });
});

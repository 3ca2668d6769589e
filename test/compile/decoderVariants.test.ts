import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../src/engine/compile/promptModel';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { MODELS, readExpected } from '../models/conformance/cases';
import { readArrays, relativeDifference } from '../oracle/arrays';

/** Windows, two rotary tables, layers without positions, learned positions that begin at 2, narrow embeddings. */
const VARIANTS = ['mistral', 'gemma3', 'smollm3', 'phi3', 'gpt2', 'opt-post-norm', 'gpt-neox'];

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

describe.each(VARIANTS)('rows of %s', (name) => {
  const folder = join(MODELS, name);
  const rows = readExpected(folder).rows.map((row) => Int32Array.from(row));
  let model: PromptModel;
  let prompt: Float32Array;

  beforeAll(async () => {
    prompt = (await readArrays(join(folder, 'expected.safetensors'))).prompt!.data;
    const checkpoint = await openCheckpoint(folder);
    try {
      model = await openPromptModel(checkpoint, { cacheFolder, threads: 1 });
    } finally {
      await checkpoint.close();
    }
  });
  afterAll(() => model.close());

  /** Logits after the last token of a row by itself. */
  async function alone(tokens: Int32Array): Promise<Float32Array> {
    const readouts = [{ row: 0, position: tokens.length - 1, target: 0 }];
    return model.logits({ rows: [{ tokens }], readouts }, 'all', await model.prefix(prompt));
  }

  it('give the same gradient whether the prompt goes along as a row or by itself', async () => {
    const [trunk, ...rest] = rows as [Int32Array, ...Int32Array[]];
    const tokens = Int32Array.from([...trunk, ...trunk, ...rest[0]!]);
    const branches = tokens.map((_, i) => Math.min(2, Math.floor(i / trunk.length)));
    const batch = [{ tokens, branches }, ...rest.map((row) => ({ tokens: row }))];
    const part = (list: typeof batch) => ({
      rows: list,
      readouts: list.map((row, i) => ({ row: i, position: row.tokens.length - 1, target: i % 2 })),
    });
    const words = Int32Array.from([5, 9]);
    const along = await model.gradient(prompt, [part(batch)], words);
    const halves = [part(batch.slice(0, 2)), part(batch.slice(2))];
    const byItself = await model.gradient(prompt, halves, words);
    expect(along.loss).toBeCloseTo(byItself.loss, 5);
    expect(relativeDifference(along.gradient, byItself.gradient)).toBeLessThan(1e-5);
  });

  it('have the same alternatives in one pass as in one each', async () => {
    const [trunk, first, second] = [rows[0]!, rows[1]!.slice(0, 3), rows[2]!.slice(0, 5)];
    const tokens = Int32Array.from([...trunk, ...first, ...second]);
    const branches = Int32Array.from(
      [trunk, first, second].flatMap((part, branch) => Array.from(part, () => branch)),
    );
    const ends = [trunk.length + first.length - 1, tokens.length - 1];
    // A longer row beside it: padding, and a mask for each row.
    const batch = {
      rows: [{ tokens, branches }, { tokens: Int32Array.from([...tokens, ...second]) }],
      readouts: ends.map((position) => ({ row: 0, position, target: 0 })),
    };
    const together = await model.logits(batch, 'all', await model.prefix(prompt));
    const separate = await Promise.all(
      [first, second].map((part) => alone(Int32Array.from([...trunk, ...part]))),
    );
    const expected = separate.flatMap((logits) => Array.from(logits));
    expect(relativeDifference(together, expected)).toBeLessThan(1e-5);
  });

  it('are continued together as alone', async () => {
    const prefix = await model.prefix(prompt);
    const options = { maxTokens: 8, stop: [] };
    const together = await model.generate(rows, prefix, options);
    for (const [i, row] of rows.entries()) {
      expect(together[i]).toEqual((await model.generate([row], prefix, options))[0]);
    }
  });

  it('may begin among what stands before them', async () => {
    const row = rows[0]!;
    const tokens = row.slice(5);
    const before = await model.prefix(model.embed(row.slice(0, 5)), await model.prefix(prompt));
    const readouts = [{ row: 0, position: tokens.length - 1, target: 0 }];
    const logits = await model.logits({ rows: [{ tokens }], readouts }, 'all', before);
    expect(relativeDifference(logits, await alone(row))).toBeLessThan(1e-5);
  });
});

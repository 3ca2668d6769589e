import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../src/engine/compile/promptModel';
import { defaultCacheFolder } from '../../src/engine/models/cacheFolder';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { cosine } from '../oracle/arrays';

const MODEL = join(defaultCacheFolder(), 'models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf');
const TEXTS = join(__dirname, '../../samples/support/train.csv');

const [STEPS, ROWS, VIRTUAL_TOKENS] = [6, 16, 20];
const START =
  'Read the message of a customer and say what it is about, in one word, as the people of the support desk would.';

/** Runs where the model has been pulled. */
describe.runIf(existsSync(MODEL))('SmolLM2-135M in int8', () => {
  let tokenizer: Tokenizer;
  let exact: PromptModel;
  let rounded: PromptModel;

  beforeAll(async () => {
    const checkpoint = await openCheckpoint(MODEL);
    tokenizer = await checkpoint.tokenizer();
    exact = await openPromptModel(checkpoint, { cacheFolder: defaultCacheFolder() });
    rounded = await openPromptModel(checkpoint, { cacheFolder: defaultCacheFolder(), precision: 'int8' });
    await checkpoint.close();
  }, 300_000);
  afterAll(async () => {
    await exact?.close();
    await rounded?.close();
  });

  it('keeps the direction of the gradient, and the loss', async () => {
    const lines = readFileSync(TEXTS, 'utf8').split('\n').slice(1).filter(Boolean);
    const prompt = exact.embed(Int32Array.from(tokenizer.encode(START)).subarray(0, VIRTUAL_TOKENS));
    expect(prompt).toHaveLength(VIRTUAL_TOKENS * exact.config.embeddingSize);
    const words = Int32Array.from(
      [' bill', ' bug', ' order', ' account'],
      (word) => tokenizer.encode(word)[0]!,
    );
    const found: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const rows = lines.slice(step * ROWS, (step + 1) * ROWS).map((line) => ({
        tokens: Int32Array.from(tokenizer.encode(`Message: ${line}\nIt is about:`)),
      }));
      const readouts = rows.map(({ tokens }, row) => ({
        row,
        position: tokens.length - 1,
        target: row % words.length,
      }));
      const truth = await exact.gradient(prompt, [{ rows, readouts }], words);
      const int8 = await rounded.gradient(prompt, [{ rows, readouts }], words);
      found.push(cosine(truth.gradient, int8.gradient));
      expect(Math.abs(int8.loss - truth.loss)).toBeLessThan(0.15);
    }
    console.log(`cosine to the float32 gradient: ${found.map((value) => value.toFixed(3)).join(' ')}`);
    expect(found.reduce((sum, value) => sum + value, 0) / STEPS).toBeGreaterThan(0.95);
  }, 120_000);
});

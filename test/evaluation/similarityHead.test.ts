import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classLogits, identityHead } from '../../src/engine/compile/classHead';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../src/engine/compile/promptModel';
import { similarityHead } from '../../src/engine/evaluation/similarityHead';
import type { Checkpoint } from '../../src/engine/models/checkpoint';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { labelsAsTexts } from '../../src/engine/prompt/labelWords';

let folder: string;
let checkpoint: Checkpoint;
let model: PromptModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-similarity-'));
  checkpoint = await openCheckpoint(join(__dirname, '../oracle/fixtures/models/minilm'));
  model = await openPromptModel(checkpoint, { cacheFolder: folder, threads: 1 });
});
afterAll(async () => {
  await model.close();
  await checkpoint.close();
  await rm(folder, { recursive: true });
});

describe('the class head that was not trained', () => {
  it('orders the labels of a row by the cosine of their states', async () => {
    const tokenizer = await checkpoint.tokenizer();
    const labels = labelsAsTexts(['works_well', 'broke', 'was late'], tokenizer);
    expect(labels.map(({ text }) => text)).toEqual(['works well', 'broke', 'was late']);
    const head = await similarityHead(model, tokenizer, labels);
    const statesOf = async (text: string) => {
      const tokens = Int32Array.from([...tokenizer.before, ...tokenizer.encode(text), ...tokenizer.after]);
      const batch = { rows: [{ tokens }], readouts: [{ row: 0, position: 0, target: 0 }] };
      return model.logits(batch, identityHead(model.config.hiddenSize), null);
    };
    for (const text of ['The lamp works', 'it broke', 'if (x not 10', ...labels.map((label) => label.text)]) {
      const row = await statesOf(text);
      const cosines: number[] = [];
      for (const label of labels) cosines.push(cosine(row, await statesOf(label.text)));
      const logits = classLogits(row, head);
      const order = (values: ArrayLike<number>) => [0, 1, 2].sort((a, b) => values[b]! - values[a]!);
      expect(order(logits)).toEqual(order(cosines));
      // Logits are cosines over 0.05, but for how long the row's own state is.
      const factor = logits[0]! / cosines[0]!;
      expect(factor).toBeGreaterThan(10);
      expect(factor).toBeLessThan(40);
      logits.forEach((logit, i) => {
        expect(logit / cosines[i]! / factor).toBeCloseTo(1, 3);
      });
    }
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (one: Float32Array, other: Float32Array) =>
    one.reduce((sum, value, i) => sum + value * other[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

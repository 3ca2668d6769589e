import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreLabelWords, scoreWholeLabels } from '../../src/engine/evaluation/labelScoring';
import { packLabels } from '../../src/engine/evaluation/packedLabels';
import { HashModel } from './hashModel';

const VOCABULARY = 50;
const tokens = (minLength: number, maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: VOCABULARY - 1 }), { minLength, maxLength });

/** The truth: each label's tokens one after another, nothing packed. */
function likelihood(model: HashModel, before: readonly number[], label: readonly number[]): number {
  return label.reduce(
    (total, token, index) => total + model.logProbability([...before, ...label.slice(0, index)], token),
    0,
  );
}

describe('scoreWholeLabels', () => {
  it('gives every label the likelihood of its tokens in order, whatever is packed beside it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(tokens(1, 12), { minLength: 1, maxLength: 8 }),
        // A small alphabet, so that labels begin alike, contain and repeat one another.
        fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }), {
          minLength: 1,
          maxLength: 9,
        }),
        tokens(0, 4),
        async (rows, labels, before) => {
          const model = new HashModel(VOCABULARY);
          const prefix = before.length > 0 ? await model.prefix(model.embed(before)) : null;
          const { sum, mean } = await scoreWholeLabels(
            model,
            rows.map((row) => Int32Array.from(row)),
            labels,
            prefix,
          );
          rows.forEach((row, r) => {
            labels.forEach((label, l) => {
              const truth = likelihood(model, [...before, ...row], label);
              expect(sum[r * labels.length + l]).toBeCloseTo(truth, 4);
              expect(mean[r * labels.length + l]).toBeCloseTo(truth / label.length, 4);
            });
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('scores 77 labels of several tokens in one pass a row, within the limits of a micro-batch', async () => {
    const labels = Array.from({ length: 77 }, (_, label) => [
      label % 40,
      1 + (label % 7),
      40 + Math.floor(label / 10),
    ]);
    const rows = Array.from({ length: 20 }, (_, row) => new Int32Array(5 + row).fill(row));
    const model = new HashModel(100);
    const { sum } = await scoreWholeLabels(model, rows, labels, null);
    expect(model.batches.flatMap((batch) => batch.rows)).toHaveLength(20);
    for (const batch of model.batches) {
      const longest = Math.max(...batch.rows.map((row) => row.tokens.length));
      expect(batch.rows.length * longest).toBeLessThanOrEqual(1024);
      expect(batch.readouts.length).toBeLessThanOrEqual(512);
    }
    expect(sum[3 * 77 + 76]).toBeCloseTo(likelihood(model, [...rows[3]!], labels[76]!), 4);
  });

  it('puts no more tokens into a row than the context has room for', async () => {
    const labels = Array.from({ length: 12 }, (_, label) => [label, 20, 21, 22]);
    const rows = [Int32Array.of(1, 2, 3), new Int32Array(20).fill(4)];
    const model = new HashModel(VOCABULARY, undefined, 32);
    const prefix = await model.prefix(model.embed([11, 12]));
    const { sum } = await scoreWholeLabels(model, rows, labels, prefix);
    const lengths = model.batches.flatMap((batch) => batch.rows.map(({ tokens }) => tokens.length));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(30);
    expect(Math.max(...lengths)).toBeGreaterThan(26);
    expect(sum[12 + 11]).toBeCloseTo(likelihood(model, [11, 12, ...rows[1]!], labels[11]!), 4);
  });

  it('takes several passes for more labels than one holds', async () => {
    const labels = Array.from({ length: 700 }, (_, label) => [
      label % 30,
      Math.floor(label / 30),
      label % 17,
    ]);
    const packs = packLabels(labels);
    expect(packs.length).toBeGreaterThan(1);
    for (const pack of packs) {
      expect(pack.tokens.length).toBeLessThanOrEqual(512);
      expect(pack.readouts.length).toBeLessThanOrEqual(512);
    }
    const model = new HashModel(60);
    const seen: number[] = [];
    const row = Int32Array.of(7, 8, 9);
    const { sum } = await scoreWholeLabels(model, [row], labels, null, {
      onProgress: (done) => seen.push(done),
    });
    for (const label of [0, 350, 699]) {
      expect(sum[label]).toBeCloseTo(likelihood(model, [...row], labels[label]!), 4);
    }
    expect(seen.at(-1)).toBe(1);
  });
});

describe('packLabels', () => {
  it('reads what labels share once', () => {
    // 5 6 · 5 7 8 · 5: one branch 5 7 serves all three.
    const [pack, ...others] = packLabels([[5, 6], [5, 7, 8], [5]]);
    expect(others).toEqual([]);
    expect([...pack!.tokens]).toEqual([5, 7]);
    expect([...pack!.branches]).toEqual([1, 1]);
    expect(pack!.readouts).toEqual([
      { after: -1, target: 5 },
      { after: 0, target: 7 },
      { after: 0, target: 6 },
      { after: 1, target: 8 },
    ]);
  });

  it('keeps labels apart where there is no room', () => {
    const packs = packLabels([[5, 6], [5, 7, 8], [5]], 0);
    expect(packs.map(({ branches }) => new Set(branches).size)).toEqual([1, 1, 0]);
    expect(packs.map(({ labels }) => labels.map(({ label }) => label))).toEqual([[1], [0], [2]]);
  });

  it('needs no tokens for labels of one token', () => {
    expect(packLabels([[1], [2]])[0]!.tokens).toHaveLength(0);
  });
});

describe('scoreLabelWords', () => {
  it('reads the label words after each row, in the order of the rows', async () => {
    const model = new HashModel(VOCABULARY);
    const rows = [[1, 2, 3, 4, 5], [6], [7, 8]].map((row) => Int32Array.from(row));
    const words = Int32Array.of(9, 4, 30);
    const prefix = await model.prefix(model.embed([11, 12]));
    const scores = await scoreLabelWords(model, rows, words, prefix);
    rows.forEach((row, r) => {
      const own = scores.subarray(r * 3, r * 3 + 3);
      const norm = Math.log(own.reduce((total, score) => total + Math.exp(score), 0));
      words.forEach((word, w) => {
        expect(own[w]! - norm).toBeCloseTo(model.logProbability([11, 12, ...row], word, words), 4);
      });
    });
  });
});

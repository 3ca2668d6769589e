import type { Prefix, PromptModel } from '../compile/promptModel';
import { microBatches } from '../prompt/batches';
import type { Readout, TokenRow } from '../prompt/tokenRow';
import { packLabels } from './packedLabels';

/** Padded tokens that go through the model together: enough to keep two to eight cores busy, small in memory. */
export const BATCH_TOKENS = 1024;

/** Log-scores, row-major [rows, labels]; a softmax over a row gives the labels' probabilities. */
export type LabelScores = Float64Array;

export interface ScoringOptions {
  /** Called after each micro-batch with the number of rows done. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Label-word scoring: the logits of one token a class after each row's last token. `words[label]` is that token.
 */
export async function scoreLabelWords(
  model: PromptModel,
  rows: readonly Int32Array[],
  words: Int32Array,
  prefix: Prefix | null,
  options: ScoringOptions = {},
): Promise<LabelScores> {
  const scores = new Float64Array(rows.length * words.length);
  let done = 0;
  for (const batch of microBatches(lengths(rows), { maxTokens: BATCH_TOKENS })) {
    const readouts = batch.map((index, row) => ({ row, position: rows[index]!.length - 1, target: 0 }));
    const tokenRows = batch.map((index) => ({ tokens: rows[index]! }));
    const logits = await model.logits({ rows: tokenRows, readouts }, words, prefix);
    batch.forEach((index, row) => {
      scores.set(logits.subarray(row * words.length, (row + 1) * words.length), index * words.length);
    });
    done += batch.length;
    options.onProgress?.(done, rows.length);
  }
  return scores;
}

/**
 * Whole-label scoring: the log-likelihood of every label's token sequence after each row, as its sum and as its mean
 * over the label's tokens. All labels of a row are scored in one pass: they share the row as their trunk.
 */
export async function scoreWholeLabels(
  model: PromptModel,
  rows: readonly Int32Array[],
  labels: readonly (readonly number[])[],
  prefix: Prefix | null,
  options: ScoringOptions = {},
): Promise<{ sum: LabelScores; mean: LabelScores }> {
  const sum = new Float64Array(rows.length * labels.length);
  const packs = packLabels(labels);
  let done = 0;
  for (const pack of packs) {
    const packedLengths = rows.map((row) => row.length + pack.tokens.length);
    const maxRows = Math.max(1, Math.floor(BATCH_READOUTS / pack.readouts.length));
    for (const batch of atMost(maxRows, microBatches(packedLengths, { maxTokens: BATCH_TOKENS }))) {
      const tokenRows = batch.map((index) => appendBranches(rows[index]!, pack.tokens, pack.branches));
      const readouts = batch.flatMap((index, row) =>
        pack.readouts.map(
          ({ after, target }): Readout => ({ row, position: rows[index]!.length + after, target }),
        ),
      );
      const found = await model.logProbabilities({ rows: tokenRows, readouts }, 'all', prefix);
      batch.forEach((index, row) => {
        for (const { label, readouts: own } of pack.labels) {
          for (const readout of own) {
            sum[index * labels.length + label]! += found[row * pack.readouts.length + readout]!;
          }
        }
      });
      done += batch.length;
      options.onProgress?.(Math.floor(done / packs.length), rows.length);
    }
  }
  return { sum, mean: sum.map((score, index) => score / labels[index % labels.length]!.length) };
}

/** Readouts of a micro-batch: each is a row of logits over the whole vocabulary. */
const BATCH_READOUTS = 512;

function appendBranches(trunk: Int32Array, tokens: Int32Array, branches: Int32Array): TokenRow {
  if (tokens.length === 0) return { tokens: trunk };
  const row = {
    tokens: new Int32Array(trunk.length + tokens.length),
    branches: new Int32Array(trunk.length + tokens.length),
  };
  row.tokens.set(trunk);
  row.tokens.set(tokens, trunk.length);
  row.branches.set(branches, trunk.length);
  return row;
}

/** Groups of more than `size` cut into groups of at most `size`. */
function atMost(size: number, groups: readonly number[][]): number[][] {
  return groups.flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / size) }, (_, part) =>
      group.slice(part * size, (part + 1) * size),
    ),
  );
}

function lengths(rows: readonly Int32Array[]): number[] {
  return rows.map((row) => row.length);
}

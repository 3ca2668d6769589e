import type { Prefix, PromptModel } from '../compile/promptModel';
import { type AnswerPlace, answerPlace } from '../prompt/answerPlace';
import { microBatches } from '../prompt/batches';
import {
  type ClassHead,
  contextLength,
  type Readout,
  type RowContext,
  type TokenRow,
} from '../prompt/tokenRow';
import { PACK_TOKENS, packLabels } from './packedLabels';

/** Padded tokens that go through the model together: enough to keep two to eight cores busy, small in memory. */
export const BATCH_TOKENS = 1024;

/** Log-scores, row-major [rows, labels]; a softmax over a row gives the labels' probabilities. */
export type LabelScores = Float64Array;

export interface ScoringOptions {
  /** Where in a row the model answers: behind it, unless told. */
  place?: AnswerPlace;
  /** What stands before the virtual tokens of each row, where they stand behind its text. */
  contexts?: readonly RowContext[];
  /** Gives the classes' logits in place of label words. */
  head?: ClassHead;
  /** Called after each micro-batch with the number of rows done. */
  onProgress?: (done: number, total: number) => void;
}

const BEHIND = answerPlace({});

/**
 * Label-word scoring: the logits of one token a class where each row is answered. `words[label]` is that token. With a class
 * head, its logits.
 */
export async function scoreLabelWords(
  model: PromptModel,
  rows: readonly Int32Array[],
  words: Int32Array,
  prefix: Prefix | null,
  { place = BEHIND, contexts, head, onProgress }: ScoringOptions = {},
): Promise<LabelScores> {
  const classes = words.length;
  const scores = new Float64Array(rows.length * classes);
  let done = 0;
  for (const batch of microBatches(lengths(rows), { maxTokens: BATCH_TOKENS })) {
    const placed = batch.map((index) => place(rows[index]!));
    const readouts = placed.map(({ position }, row) => ({ row, position, target: 0 }));
    const tokenRows = placed.map(({ row }, i) => behind(contexts?.[batch[i]!], row));
    const logits = await model.logits({ rows: tokenRows, readouts }, head ?? words, prefix);
    batch.forEach((index, row) => {
      scores.set(logits.subarray(row * classes, (row + 1) * classes), index * classes);
    });
    done += batch.length;
    onProgress?.(done, rows.length);
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
  { place = BEHIND, contexts, onProgress }: ScoringOptions = {},
): Promise<{ sum: LabelScores; mean: LabelScores }> {
  const sum = new Float64Array(rows.length * labels.length);
  const packs = packLabels(labels, packingRoom(model, rows, prefix, contexts));
  let done = 0;
  for (const pack of packs) {
    const packedLengths = rows.map((row) => row.length + pack.tokens.length);
    const maxRows = Math.max(1, Math.floor(BATCH_READOUTS / pack.readouts.length));
    for (const batch of atMost(maxRows, microBatches(packedLengths, { maxTokens: BATCH_TOKENS }))) {
      const placed = batch.map((index) => place(rows[index]!, pack.tokens, pack.branches));
      const tokenRows = placed.map(({ row }, i) => behind(contexts?.[batch[i]!], row));
      const readouts = placed.flatMap(({ position }, row) =>
        pack.readouts.map(({ after, target }): Readout => ({ row, position: position + 1 + after, target })),
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
      onProgress?.(Math.floor(done / packs.length), rows.length);
    }
  }
  return { sum, mean: sum.map((score, index) => score / labels[index % labels.length]!.length) };
}

/**
 * Tokens of labels that may stand behind a row. Side by side they may be more than the context, though none of their positions
 * is, but graphs of others may hold tables for so many tokens and no more.
 */
function packingRoom(
  { config }: PromptModel,
  rows: readonly Int32Array[],
  prefix: Prefix | null,
  contexts?: readonly RowContext[],
): number {
  if (config.countsTokens) return 0;
  if (config.kind === 'encoder-decoder') return PACK_TOKENS;
  const before = (row: number) => (contexts ? contextLength(contexts[row]!) : 0);
  const longest = rows.reduce((most, { length }, row) => Math.max(most, length + before(row)), 0);
  return Math.max(0, Math.min(PACK_TOKENS, config.contextLength - longest - (prefix?.length ?? 0)));
}

/** Readouts of a micro-batch: each is a row of logits over the whole vocabulary. */
const BATCH_READOUTS = 512;

/** Groups of more than `size` cut into groups of at most `size`. */
function atMost(size: number, groups: readonly number[][]): number[][] {
  return groups.flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / size) }, (_, part) =>
      group.slice(part * size, (part + 1) * size),
    ),
  );
}

/** The row behind its context, where it has one. */
export const behind = (context: RowContext | undefined, row: TokenRow): TokenRow =>
  context ? { ...row, context } : row;

function lengths(rows: readonly Int32Array[]): number[] {
  return rows.map((row) => row.length);
}

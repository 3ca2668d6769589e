import type { Readout } from '../prompt/tokenRow';
import {
  type BatchTensors,
  batchTensors,
  gatherReadouts,
  nextTokenTensors,
  type Source,
} from './batchTensors';
import { inferencePass } from './inferencePass';
import type { PassContext } from './pass';
import type { GenerateOptions, Prefix } from './promptModel';

/** Rows that are continued together. */
export const ROWS_AT_ONCE = 16;

/** Greedy continuation with cached keys and values; rows of a batch go on until the last one has stopped. */
export async function generateGreedily(
  c: PassContext,
  rows: readonly Int32Array[],
  prefix: Prefix | null,
  options: GenerateOptions,
): Promise<number[][]> {
  const answers: number[][] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    answers.push(...(await continueRows(c, rows.slice(from, from + ROWS_AT_ONCE), prefix, options)));
  }
  return answers;
}

/** @param source what an encoder has read, for the decoder behind it; `rows` are then what the answers begin with */
export async function continueRows(
  c: PassContext,
  rows: readonly Int32Array[],
  prefix: Prefix | null,
  options: GenerateOptions,
  source?: Source,
): Promise<number[][]> {
  const past = prefix?.length ?? 0;
  const tensors = {
    ...batchTensors(
      rows.map((tokens) => ({ tokens })),
      past,
    ),
    source,
  };
  const readouts = rows.map((tokens, row) => ({ row, position: tokens.length - 1, target: 0 }));
  const embeddings = c.embed(tensors.ids);
  const lengths = rows.map(() => past);
  return continueFrom(c, { tensors, embeddings, past: prefix, lengths, readouts }, options);
}

/** Rows as they go through the layers first, to be continued from there. */
export interface Start {
  tensors: BatchTensors;
  /** [rows, length, embedding size] */
  embeddings: Float32Array;
  past: Prefix | null;
  /** Tokens of each row's past that are no padding. */
  lengths: readonly number[];
  /** Of each row, its last token. */
  readouts: readonly Readout[];
}

export async function continueFrom(
  c: PassContext,
  { tensors: first, embeddings, past: before, lengths, readouts }: Start,
  { maxTokens, stop, onWritten }: GenerateOptions,
): Promise<number[][]> {
  const rows = [...readouts.keys()];
  let { hidden, present } = await inferencePass(c, embeddings, first, before, { keepPresent: true });
  let states = gatherReadouts(hidden, { rows: [], readouts: [...readouts] });
  const answers = rows.map(() => [] as number[]);
  const open = new Set(rows);
  for (let generated = 0; generated < maxTokens; generated++) {
    const next = greatest(await c.headLogits(states), rows.length, c.config.neverWritten);
    for (const row of open) {
      if (stop.includes(next[row]!)) open.delete(row);
      else answers[row]!.push(next[row]!);
    }
    onWritten?.(answers);
    if (open.size === 0 || generated === maxTokens - 1) break;
    const own = readouts.map(({ position }) => position + 1);
    const cache = { past: first.past, before: lengths, padded: first.length, lengths: own, generated };
    const tensors = { ...nextTokenTensors(next, cache), source: first.source };
    const past = { length: tensors.past, rows: rows.length, layers: present };
    ({ hidden, present } = await inferencePass(c, c.embed(next), tensors, past, { keepPresent: true }));
    states = hidden.data as Float32Array;
  }
  return answers;
}

/** The word with the greatest logit of each row, `except` for some. */
export function greatest(logits: Float32Array, rows: number, except: readonly number[] = []): Int32Array {
  const width = logits.length / rows;
  return Int32Array.from({ length: rows }, (_, row) => {
    const own = logits.subarray(row * width, (row + 1) * width);
    for (const word of except) own[word] = Number.NEGATIVE_INFINITY;
    let best = 0;
    for (let i = 1; i < width; i++) if (own[i]! > own[best]!) best = i;
    return best;
  });
}

import { batchTensors, gatherReadouts, nextTokenTensors, type Source } from './batchTensors';
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
  { maxTokens, stop }: GenerateOptions,
  source?: Source,
): Promise<number[][]> {
  const shared = prefix?.length ?? 0;
  const batch = {
    ...batchTensors(
      rows.map((tokens) => ({ tokens })),
      shared,
    ),
    source,
  };
  const readouts = rows.map((tokens, row) => ({ row, position: tokens.length - 1, target: 0 }));
  const lengths = rows.map((tokens) => tokens.length);
  let { hidden, present } = await inferencePass(c, c.embed(batch.ids), batch, prefix, {
    keepPresent: true,
  });
  let states = gatherReadouts(hidden, { rows: [], readouts });
  const answers = rows.map(() => [] as number[]);
  const open = new Set(rows.keys());
  for (let generated = 0; generated < maxTokens; generated++) {
    const next = greatest(await c.headLogits(states), rows.length, c.config.neverWritten);
    for (const row of open) {
      if (stop.includes(next[row]!)) open.delete(row);
      else answers[row]!.push(next[row]!);
    }
    if (open.size === 0 || generated === maxTokens - 1) break;
    const cache = { shared, padded: batch.length, lengths, generated };
    const tensors = { ...nextTokenTensors(next, cache), source };
    const past = { length: tensors.past, layers: present };
    ({ hidden, present } = await inferencePass(c, c.embed(next), tensors, past, {
      pastRows: rows.length,
      keepPresent: true,
    }));
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

import type { TokenBatch } from '../prompt/tokenRow';

/** Part of a batch; `readouts`: which of the batch's its readouts are. */
export interface BatchPart {
  batch: TokenBatch;
  readouts: readonly number[];
}

/**
 * Tokens that go through the layers together where something stands before each row, all counted: batches are made by the rows'
 * own tokens, and few-shot examples before each of a hundred short rows would take gigabytes.
 */
const TOKENS_AT_ONCE = 2048;

/** Cuts a batch by rows, so that no part has many more tokens than can go through at once, `before` tokens before each row. */
export function batchParts(batch: TokenBatch, before: number): BatchPart[] {
  const { rows, readouts } = batch;
  const longest = before + rows.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  const size = Math.max(1, Math.floor(TOKENS_AT_ONCE / Math.max(1, longest)));
  if (rows.length <= size) return [{ batch, readouts: [...readouts.keys()] }];
  const parts: BatchPart[] = [];
  for (let from = 0; from < rows.length; from += size) {
    const own = [...readouts.keys()].filter((index) => {
      const { row } = readouts[index]!;
      return row >= from && row < from + size;
    });
    const moved = own.map((index) => ({ ...readouts[index]!, row: readouts[index]!.row - from }));
    parts.push({ batch: { rows: rows.slice(from, from + size), readouts: moved }, readouts: own });
  }
  return parts;
}

import { microBatches } from '../../src/engine/prompt/batches';
import type { TokenBatch } from '../../src/engine/prompt/tokenRow';
import { MICRO_BATCH_TOKENS } from '../../src/engine/tuning/trainingRows';

/** A row as token ids. */
export interface EncodedRow {
  tokens: Int32Array;
  label: number;
}

/** The rows of a step as the micro-batches that training makes of them, read behind each row. */
export function stepBatches(rows: readonly EncodedRow[]): TokenBatch[] {
  const lengths = rows.map(({ tokens }) => tokens.length);
  return microBatches(lengths, { maxTokens: MICRO_BATCH_TOKENS }).map((part) => ({
    rows: part.map((i) => ({ tokens: rows[i]!.tokens })),
    readouts: part.map((i, row) => ({
      row,
      position: rows[i]!.tokens.length - 1,
      target: rows[i]!.label,
    })),
  }));
}

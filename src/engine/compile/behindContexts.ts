import type { Readout, TokenBatch } from '../prompt/tokenRow';
import { integers } from '../runtime/tensor';
import { AttentionMasks } from './attentionMask';
import type { BatchTensors } from './batchTensors';

/**
 * Rows as they stand behind pasts of their own, each `lengths[row]` tokens long and padded at its end to `past`.
 *
 * @param tensors the rows by themselves, with nothing before them
 */
export function behindContexts(
  tensors: BatchTensors,
  past: number,
  lengths: readonly number[],
): BatchTensors {
  const { rows, length } = tensors;
  const { sight } = tensors.masks;
  const alike = lengths.every((own) => own === past);
  return {
    ...tensors,
    past,
    positions: integers(
      Array.from({ length: rows * length }, (_, i) => {
        const row = Math.floor(i / length);
        return lengths[row]! + sight.tokenPosition(row, i % length);
      }),
      [rows, length],
    ),
    masks: new AttentionMasks({
      ...sight,
      rows: alike ? sight.rows : rows,
      past,
      sees: (row, token, key) => (key < past ? key < lengths[row]! : sight.sees(row, token, key - past)),
      tokenPosition: (row, token) => lengths[row]! + sight.tokenPosition(row, token),
      keyPosition: (row, key) => (key < past ? key : lengths[row]! + sight.keyPosition(row, key - past)),
    }),
  };
}

/** The batch with its readouts counted from the first virtual token on. */
export function countedFromPrompt({ rows, readouts }: TokenBatch, virtualTokens: number): TokenBatch {
  const moved = readouts.map(
    (readout): Readout => ({
      ...readout,
      position: readout.position + virtualTokens,
    }),
  );
  return { rows, readouts: moved };
}

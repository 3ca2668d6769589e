import type { TokenBatch, TokenRow } from '../prompt/tokenRow';
import { floats, integers, type Tensor } from '../runtime/tensor';

/** Added to the scores of what a token may not see: large enough to leave exactly nothing after the softmax. */
const HIDDEN = -1e9;

/** A batch as the stages take it, right-padded. */
export interface BatchTensors {
  rows: number;
  length: number;
  past: number;
  /** Token ids, padded with 0: [rows · length]. */
  ids: Int32Array;
  positions: Tensor;
  mask: Tensor;
  rowsShape: Tensor;
}

export function batchTensors(rows: readonly TokenRow[], past: number): BatchTensors {
  const length = Math.max(...rows.map(({ tokens }) => tokens.length));
  const ids = new Int32Array(rows.length * length);
  const positions = new Int32Array(rows.length * length);
  rows.forEach((row, r) => {
    ids.set(row.tokens, r * length);
    positions.set(rowPositions(row, length, past), r * length);
  });
  const branched = rows.some(({ branches }) => branches);
  return {
    rows: rows.length,
    length,
    past,
    ids,
    positions: integers(positions, [rows.length, length]),
    mask: branched ? branchMask(rows, length, past) : causalMask(length, past),
    rowsShape: integers([rows.length, 1, 1, 1], [4]),
  };
}

/** A token's position counts on from what stands before it: the past, the trunk, and its own branch. */
function rowPositions({ tokens, branches }: TokenRow, length: number, past: number): Int32Array {
  if (!branches) return Int32Array.from({ length }, (_, i) => past + i);
  const trunk = trunkLength(branches);
  const positions = new Int32Array(length);
  let start = trunk;
  for (let i = 0; i < tokens.length; i++) {
    if (i >= trunk && branches[i] !== branches[i - 1]) start = i;
    positions[i] = past + (i < trunk ? i : trunk + i - start);
  }
  return positions;
}

function trunkLength(branches: Int32Array): number {
  const first = branches.findIndex((branch) => branch !== 0);
  return first < 0 ? branches.length : first;
}

/** [1, 1, length, length + past]: padding stands last, so that no real token sees it. */
function causalMask(length: number, past: number): Tensor {
  const width = past + length;
  const mask = new Float32Array(length * width);
  for (let i = 0; i < length; i++) mask.fill(HIDDEN, i * width + past + i + 1, (i + 1) * width);
  return floats(mask, [1, 1, length, width]);
}

/** [rows, 1, length, length + past]: the trunk and the token's own branch. */
function branchMask(rows: readonly TokenRow[], length: number, past: number): Tensor {
  const width = past + length;
  const mask = new Float32Array(rows.length * length * width);
  rows.forEach(({ branches }, r) => {
    const branchOf = (i: number) => branches?.[i] ?? 0;
    for (let i = 0; i < length; i++) {
      const line = (r * length + i) * width + past;
      for (let j = 0; j < length; j++) {
        const seen = j <= i && (branchOf(j) === 0 || branchOf(j) === branchOf(i));
        if (!seen) mask[line + j] = HIDDEN;
      }
    }
  });
  return floats(mask, [rows.length, 1, length, width]);
}

/**
 * For one more token a row, after `past` cached tokens of which each row has `lengths` real ones behind the shared
 * first `shared`: [rows, 1, 1, past + 1].
 */
export function nextTokenTensors(
  next: Int32Array,
  cache: { shared: number; padded: number; lengths: readonly number[]; generated: number },
): BatchTensors {
  const rows = next.length;
  const past = cache.shared + cache.padded + cache.generated;
  const mask = new Float32Array(rows * (past + 1));
  const positions = cache.lengths.map((length, r) => {
    const start = r * (past + 1) + cache.shared;
    mask.fill(HIDDEN, start + length, start + cache.padded);
    return cache.shared + length + cache.generated;
  });
  return {
    rows,
    length: 1,
    past,
    ids: next,
    positions: integers(positions, [rows, 1]),
    mask: floats(mask, [rows, 1, 1, past + 1]),
    rowsShape: integers([rows, 1, 1, 1], [4]),
  };
}

/** Rows of the hidden states at the readouts: [readouts, hidden size]. */
export function gatherReadouts(hidden: Tensor, { readouts }: TokenBatch): Float32Array {
  const [, length, width] = hidden.shape as [number, number, number];
  const gathered = new Float32Array(readouts.length * width);
  readouts.forEach(({ row, position }, i) => {
    const start = (row * length + position) * width;
    gathered.set((hidden.data as Float32Array).subarray(start, start + width), i * width);
  });
  return gathered;
}

/** The reverse of gatherReadouts: adds each readout's gradient at its place in `target`, which is cleared first. */
export function scatterReadouts(
  gradients: Float32Array,
  { readouts }: TokenBatch,
  target: Float32Array,
  [length, width]: readonly [number, number],
): void {
  target.fill(0);
  readouts.forEach(({ row, position }, i) => {
    const start = (row * length + position) * width;
    for (let k = 0; k < width; k++) target[start + k]! += gradients[i * width + k]!;
  });
}

import type { TokenBatch, TokenRow } from '../prompt/tokenRow';
import { integers, type Tensor } from '../runtime/tensor';
import { AttentionMasks, type Sight } from './attentionMask';

/** A batch as the stages take it, right-padded. */
export interface BatchTensors {
  rows: number;
  length: number;
  past: number;
  /** Tokens of the first row that all other rows look back at; none unless told. */
  shared?: number;
  /** Token ids, padded with 0: [rows · length]. */
  ids: Int32Array;
  positions: Tensor;
  masks: AttentionMasks;
  rowsShape: Tensor;
  /** For a decoder behind an encoder. */
  source?: Source;
}

/** Positions that a batch reaches. */
export function placesOf({ past, shared = 0, length }: BatchTensors): number {
  return past + shared + length;
}

/** What an encoder has read of a batch, as its decoder looks at it. */
export interface Source {
  /** Tokens of the longest row, what stands before it included. */
  length: number;
  /** [rows, 1, 1, length] */
  mask: Tensor;
  /** Of each of the decoder's layers: [rows, heads, length, head size]. */
  layers: readonly { keys: Float32Array; values: Float32Array }[];
}

/** `sightOf`: who sees whom in rows without branches. */
export function batchTensors(
  rows: readonly TokenRow[],
  past: number,
  sightOf: (rows: readonly TokenRow[], length: number, past: number) => Sight = causalSight,
): BatchTensors {
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
    masks: new AttentionMasks(
      branched ? branchSight(rows, length, past, positions) : sightOf(rows, length, past),
    ),
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

/** Padding stands last, so that no real token sees it: one mask does for all rows. */
export function causalSight(rows: readonly TokenRow[], length: number, past: number): Sight {
  return {
    rows: 1,
    batchRows: rows.length,
    length,
    past,
    sees: (_, token, key) => key <= past + token,
    tokenPosition: (_, token) => past + token,
    keyPosition: (_, key) => key,
  };
}

/** All tokens see each other, but none sees padding. */
export function mutualSight(rows: readonly TokenRow[], length: number, past: number): Sight {
  const padded = rows.some(({ tokens }) => tokens.length < length);
  return {
    rows: padded ? rows.length : 1,
    batchRows: rows.length,
    length,
    past,
    sees: (row, _, key) => key < past + rows[row]!.tokens.length,
    tokenPosition: (_, token) => past + token,
    keyPosition: (_, key) => key,
  };
}

/** A token sees the trunk and the earlier tokens of its own branch. */
function branchSight(rows: readonly TokenRow[], length: number, past: number, positions: Int32Array): Sight {
  const branchOf = (row: number, token: number) => rows[row]!.branches?.[token] ?? 0;
  return {
    rows: rows.length,
    batchRows: rows.length,
    length,
    past,
    sees: (row, token, key) => {
      const other = key - past;
      if (other < 0) return true;
      const branch = branchOf(row, other);
      return other <= token && (branch === 0 || branch === branchOf(row, token));
    },
    tokenPosition: (row, token) => positions[row * length + token]!,
    keyPosition: (row, key) => (key < past ? key : positions[row * length + key - past]!),
  };
}

/**
 * For one more token a row, behind `past` tokens of which each row has `before` real ones, behind `padded` more of which it has
 * `lengths`, and behind those that were generated.
 */
export function nextTokenTensors(
  next: Int32Array,
  cache: {
    past: number;
    before: readonly number[];
    padded: number;
    lengths: readonly number[];
    generated: number;
  },
): BatchTensors {
  const { before, padded, lengths, generated } = cache;
  const rows = next.length;
  const own = cache.past;
  const behind = own + padded;
  const past = behind + generated;
  const position = (row: number) => before[row]! + lengths[row]! + generated;
  const sight: Sight = {
    rows,
    batchRows: rows,
    length: 1,
    past,
    sees: (row, _, key) => (key < own ? key < before[row]! : key < own + lengths[row]! || key >= behind),
    tokenPosition: position,
    keyPosition: (row, key) => {
      if (key < own) return key;
      return before[row]! + (key < behind ? key - own : key - behind + lengths[row]!);
    },
  };
  return {
    rows,
    length: 1,
    past,
    ids: next,
    positions: integers(
      lengths.map((_, row) => position(row)),
      [rows, 1],
    ),
    masks: new AttentionMasks(sight),
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

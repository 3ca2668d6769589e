import type { SideInput } from '../models/languageModel';
import { integers, type Tensor } from '../runtime/tensor';
import type { Sight } from './attentionMask';

type Buckets = Extract<SideInput, { kind: 'buckets' }>;

/** The bucket of every key as each token sees it: [bucketRows, length, past + length]. */
export function bucketTensor(input: Buckets, sight: Sight): Tensor {
  const rows = bucketRows(sight);
  const { length } = sight;
  const width = sight.past + length;
  const buckets = new Int32Array(rows * length * width);
  const known = new Map<number, number>();
  const remembered = (way: number) => {
    const bucket = known.get(way) ?? bucketOf(way, input);
    known.set(way, bucket);
    return bucket;
  };
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let token = 0; token < length; token++) {
      const own = sight.tokenPosition(row, token);
      for (let key = 0; key < width; key++, at++) {
        buckets[at] = remembered(sight.keyPosition(row, key) - own);
      }
    }
  }
  return integers(buckets, [rows, length, width]);
}

/** 1 where every row has its tokens and keys at the same positions as the first. */
export function bucketRows({ batchRows, length, past, tokenPosition, keyPosition }: Sight): number {
  for (let row = 1; row < batchRows; row++) {
    for (let token = 0; token < length; token++) {
      if (tokenPosition(row, token) !== tokenPosition(0, token)) return batchRows;
    }
    for (let key = 0; key < past + length; key++) {
      if (keyPosition(row, key) !== keyPosition(0, key)) return batchRows;
    }
  }
  return 1;
}

/**
 * T5's buckets: half of them for one distance each, the others for ranges that grow with the distance. In float32, step by step,
 * as the model was trained: where ranges meet, rounding decides.
 */
export function bucketOf(way: number, { count, furthest, bothWays }: Omit<Buckets, 'kind'>): number {
  const buckets = bothWays ? Math.floor(count / 2) : count;
  const first = bothWays && way > 0 ? buckets : 0;
  const distance = bothWays ? Math.abs(way) : Math.max(0, -way);
  const exact = Math.floor(buckets / 2);
  if (distance < exact) return first + distance;
  const { fround, log, min, trunc } = Math;
  const part = fround(fround(log(fround(distance / exact))) / fround(log(furthest / exact)));
  return first + min(buckets - 1, exact + trunc(fround(part * (buckets - exact))));
}

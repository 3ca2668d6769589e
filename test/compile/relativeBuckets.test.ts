import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { batchTensors, nextTokenTensors } from '../../src/engine/compile/batchTensors';
import { bucketOf, bucketTensor } from '../../src/engine/compile/relativeBuckets';

const file = fileURLToPath(new URL('../oracle/fixtures/models/relative_buckets.json', import.meta.url));
const { from, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
  from: number;
  cases: { count: number; furthest: number; bothWays: boolean; buckets: number[] }[];
};

describe('buckets of relative positions', () => {
  it.each(cases)('are those of Transformers: $count up to $furthest, both ways $bothWays', (c) => {
    expect(c.buckets.map((_, i) => bucketOf(from + i, c))).toEqual(c.buckets);
  });

  const input = { kind: 'buckets', count: 32, furthest: 128, bothWays: false } as const;
  const tokens = (length: number) => new Int32Array(length);

  it('are the same for all rows that have no branches', () => {
    const { masks } = batchTensors([{ tokens: tokens(2) }, { tokens: tokens(3) }], 0);
    const { shape, data } = bucketTensor(input, masks.sight);
    expect(shape).toEqual([1, 3, 3]);
    expect([...data].map(Number)).toEqual([0, 0, 0, 1, 0, 0, 2, 1, 0]);
  });

  it('count from the end of the trunk in each branch', () => {
    const row = { tokens: tokens(4), branches: Int32Array.of(0, 1, 1, 2) };
    const { masks } = batchTensors([row, { tokens: tokens(1) }], 0);
    const { shape, data } = bucketTensor(input, masks.sight);
    expect(shape).toEqual([2, 4, 4]);
    // The last token stands where the second does: one after the first.
    expect([...data].slice(12, 16).map(Number)).toEqual([1, 0, 0, 0]);
  });

  it('reach back over the cache', () => {
    const cache = { past: 0, before: [0, 0], padded: 1, lengths: [1, 1], generated: 3 };
    const { masks } = nextTokenTensors(tokens(2), cache);
    const { shape, data } = bucketTensor(input, masks.sight);
    expect(shape).toEqual([1, 1, 5]);
    expect([...data].map(Number)).toEqual([4, 3, 2, 1, 0]);
  });
});

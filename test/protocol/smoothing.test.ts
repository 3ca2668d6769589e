import { expect, test } from 'vitest';
import { smooth } from '../../src/protocol/smoothing';

test('a constant stays what it is from the first value on', () => {
  for (const value of smooth([0.7, 0.7, 0.7])) expect(value).toBeCloseTo(0.7, 12);
});

test('is the unbiased exponential moving average', () => {
  // (0.9 · 0.1 · 1 + 0.1 · 0) / (1 − 0.9²)
  expect(smooth([1, 0])[1]).toBeCloseTo(0.09 / 0.19, 12);
  expect(smooth([3, 1, 2], 0)).toEqual([3, 1, 2]);
  // Long series forget their beginning.
  expect(smooth([100, ...Array<number>(500).fill(1)]).at(-1)).toBeCloseTo(1, 9);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDims,
  compareDims,
  divideDims,
  evaluateDim,
  isAtLeast,
  multiplyDims,
  subtractDims,
} from '../../src/engine/graph/dims';
import type { Dim } from '../../src/engine/graph/graph';
import { slicedRange } from '../../src/engine/graph/slices';

const name = fc.constantFrom('rows', 'length', 'past');
const dim = fc
  .tuple(
    fc.integer({ min: -3, max: 3 }),
    name,
    fc.integer({ min: -3, max: 3 }),
    name,
    fc.integer({ min: -5, max: 5 }),
  )
  .map(([a, x, b, y, c]): Dim => addDims(multiplyDims([a, x]), addDims(multiplyDims([b, y]), c)));
const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  length: fc.integer({ min: 1, max: 50 }),
  past: fc.integer({ min: 0, max: 50 }),
});

describe('named sizes', () => {
  it('are added, taken away, multiplied and divided as numbers are', () => {
    fc.assert(
      fc.property(dim, dim, sizes, (a, b, given) => {
        const [x, y] = [evaluateDim(a, given), evaluateDim(b, given)];
        expect(evaluateDim(addDims(a, b), given)).toBe(x + y + 0);
        expect(evaluateDim(subtractDims(a, b), given)).toBe(x - y + 0);
        expect(evaluateDim(multiplyDims([a, b, 2]), given)).toBe(2 * x * y + 0);
        const quotient = divideDims(multiplyDims([a, 6]), 3);
        expect(quotient).toBeDefined();
        expect(evaluateDim(quotient!, given)).toBe(2 * x + 0);
      }),
    );
  });

  it('compare only where the answer is the same for all sizes', () => {
    fc.assert(
      fc.property(dim, dim, sizes, (a, b, given) => {
        const sign = compareDims(a, b);
        const difference = evaluateDim(a, given) - evaluateDim(b, given);
        if (sign !== undefined) expect(Math.sign(difference)).toBe(sign);
        if (isAtLeast(a, b)) expect(difference).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(compareDims('length', 0)).toBe(1);
    expect(compareDims('past', 0)).toBeUndefined();
    expect(compareDims('length', -1)).toBe(1);
    expect(isAtLeast('length + past', 'past')).toBe(true);
  });

  it('have one form', () => {
    expect(subtractDims(addDims('length', 'past'), 'past')).toBe('length');
    expect(multiplyDims(['rows', 4, 'length'])).toBe('4 * length * rows');
    expect(divideDims('4 * length', 4)).toBe('length');
    expect(divideDims('length', 4)).toBeUndefined();
  });

  it('bound slices', () => {
    expect(slicedRange('length', 0, 2 ** 40, 1)).toEqual({ start: 0, length: 'length' });
    expect(slicedRange('length + past', 'past', 'length + past', 1)).toEqual({
      start: 'past',
      length: 'length',
    });
    expect(slicedRange('length', -1, 2 ** 40, 1)).toEqual({ start: 'length + -1', length: 1 });
    expect(slicedRange(512, 0, 'length', 1)).toEqual({ start: 0, length: 'length' });
    expect(slicedRange('length', 2, 3, 1)).toBeUndefined();
    expect(slicedRange(7, 5, -9, -2)).toEqual({ start: 5, length: 3 });
  });
});

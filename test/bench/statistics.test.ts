import { describe, expect, it } from 'vitest';
import { atShare, median, straightLine } from '../../bench/compare/statistics';

describe('median', () => {
  it('is the value in the middle, or between the two there', () => {
    expect(median([5, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 10])).toBe(3);
  });
});

describe('atShare', () => {
  it('is the value that this share lies below', () => {
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.5, 0.95, 1].map((share) => atShare(values, share))).toEqual([1, 3, 5, 5]);
    expect(values).toEqual([5, 1, 4, 2, 3]);
    expect(atShare([], 0.5)).toBeNaN();
  });
});

describe('straightLine', () => {
  it('finds the line that points are on', () => {
    const { slope, intercept, rSquared } = straightLine([
      [1, 5],
      [2, 8],
      [4, 14],
    ]);
    expect(slope).toBeCloseTo(3);
    expect(intercept).toBeCloseTo(2);
    expect(rSquared).toBeCloseTo(1);
  });

  // Anscombe's first quartet (The American Statistician, 1973): y = 3 + 0.5 x, R² 0.67.
  it('finds the line of Anscombe’s quartet', () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const { slope, intercept, rSquared } = straightLine(x.map((value, i) => [value, y[i]!]));
    expect(slope).toBeCloseTo(0.5, 3);
    expect(intercept).toBeCloseTo(3.0, 3);
    expect(rSquared).toBeCloseTo(0.6665, 4);
  });

  it('explains all of points on a level line', () => {
    expect(
      straightLine([
        [1, 4],
        [2, 4],
      ]),
    ).toEqual({ slope: 0, intercept: 4, rSquared: 1 });
  });
});

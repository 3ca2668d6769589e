import { describe, expect, it } from 'vitest';
import { holm } from '../../../src/webview/statistics/holm';
import { chiSquareTail, EXACT_ROWS, mcnemar } from '../../../src/webview/statistics/mcnemar';

// The expected numbers were made with SciPy 1.17.1 and statsmodels 0.15.0:
//   from statsmodels.stats.contingency_tables import mcnemar
//   mcnemar([[9, b], [c, 9]], exact=True).pvalue                    # few rows that differ
//   mcnemar([[9, b], [c, 9]], exact=False, correction=True).pvalue  # many
//   scipy.stats.chi2.sf(x, 1);  statsmodels.stats.multitest.multipletests(p, method='holm')[1]

describe('mcnemar', () => {
  it.each([
    [12, 3, 0.03515625],
    [3, 12, 0.03515625],
    [1, 0, 1],
    [5, 5, 1],
    [40, 22, 0.030015864349067285],
  ])('is exact for %i against %i rows', (b, c, expected) => {
    const { pValue, method } = mcnemar(b, c);
    expect(method).toBe('exact');
    expect(pValue).toBeCloseTo(expected, 12);
  });

  it('takes the chi-square distribution with continuity correction where many rows differ', () => {
    const { pValue, method } = mcnemar(700, 600);
    expect(method).toBe('chi-square');
    expect(pValue).toBeCloseTo(0.006036981097798615, 14);
    expect(mcnemar(EXACT_ROWS, EXACT_ROWS).pValue).toBe(1);
  });

  it('finds nothing where no row differs', () => {
    expect(mcnemar(0, 0)).toEqual({ pValue: 1, method: 'exact' });
  });
});

it.each([
  [0, 1],
  [0.01, 0.920344325445942],
  [0.5, 0.47950012218695337],
  [1, 0.31731050786291115],
  [3.841458820694124, 0.04999999999999989],
  [10, 0.001565402258002549],
  [30, 4.3204630578274955e-8],
  [100, 1.5239706048320995e-23],
])('the tail of chi-square at %d is %d', (value, expected) => {
  expect(chiSquareTail(value) / expected).toBeCloseTo(1, 9);
});

it.each([
  [
    [0.01, 0.04, 0.03, 0.005],
    [0.03, 0.06, 0.06, 0.02],
  ],
  [
    [0.5, 0.6, 0.9],
    [1, 1, 1],
  ],
  [[0.04], [0.04]],
  [[], []],
])('holm corrects %j to %j', (pValues, expected) => {
  const corrected = holm(pValues);
  expect(corrected).toHaveLength(expected.length);
  for (const [index, one] of corrected.entries()) expect(one).toBeCloseTo(expected[index]!, 12);
});

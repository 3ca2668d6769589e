import { signTest } from './signTest';

export interface McNemar {
  /** Two-sided. */
  pValue: number;
  /** `exact`: the binomial distribution; `chi-square`: its approximation, corrected for continuity. */
  method: 'exact' | 'chi-square';
}

/** With more rows that differ than this the approximation is as good as the exact test. */
export const EXACT_ROWS = 1_000;

/**
 * McNemar's test: could two contenders that differ on these rows be equally good? Each count is of the rows that one
 * alone has right. Rows on which they agree do not count.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): McNemar {
  const rows = onlyFirst + onlySecond;
  if (rows <= EXACT_ROWS) return { pValue: signTest(onlyFirst, onlySecond), method: 'exact' };
  const distance = Math.max(0, Math.abs(onlyFirst - onlySecond) - 1);
  return { pValue: chiSquareTail(distance ** 2 / rows), method: 'chi-square' };
}

/** Probability that a chi-square variable with one degree of freedom exceeds this value. */
export function chiSquareTail(value: number): number {
  return complementaryError(Math.sqrt(value / 2));
}

/** Where the series loses digits to cancellation and the continued fraction has become quick. */
const SERIES_UP_TO = 2;
const TERMS = 200;

/** erfc(x) for x ≥ 0: a power series near zero, Laplace's continued fraction beyond (Abramowitz & Stegun 7.1.6, 7.1.14). */
function complementaryError(x: number): number {
  if (x <= SERIES_UP_TO) {
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * Number.EPSILON && n < TERMS; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return Math.max(0, 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum);
  }
  let fraction = x;
  for (let n = TERMS; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

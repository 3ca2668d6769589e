/**
 * p-values of several tests, corrected by Holm's step-down method: the chance that any of those found below 0.05 is a
 * false alarm stays below 0.05. In the order they came.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected: number[] = new Array(pValues.length);
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, pValues[index]! * (pValues.length - rank)));
    corrected[index] = least;
  });
  return corrected;
}

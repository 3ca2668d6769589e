/** Weight of the past in the moving average, unless the reader chooses another one. */
export const SMOOTHING = 0.9;
export const MOST_SMOOTHING = 0.99;

/**
 * Exponential moving average with its start-up bias removed, as Adam does it: a constant stays what it is from the first
 * value on. `weight` is in 0..1; 0 leaves the values as they are.
 */
export function smooth(values: readonly number[], weight = SMOOTHING): number[] {
  const smoothed = new Array<number>(values.length);
  let average = 0;
  let bias = 1;
  for (let i = 0; i < values.length; i++) {
    average = average * weight + values[i]! * (1 - weight);
    bias *= weight;
    smoothed[i] = average / (1 - bias);
  }
  return smoothed;
}

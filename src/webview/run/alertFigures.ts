import type { Evaluation } from './runProgress';
import { bestValidation } from './standing';

/** Steps that count as the present. */
export const RECENT = 50;
/** Standard deviation of the moving average over that of its values: √((1 − w) / (1 + w)), w = 0.9. */
const SMOOTHED_NOISE = 0.23;

/** Best validation above the one before training, in shares. */
export function gained(evaluations: readonly Evaluation[]): number {
  const start = bestValidation(evaluations.filter(({ step }) => step === 0));
  const best = bestValidation(evaluations);
  if (!start || !best || start.metrics.kind !== 'label' || best.metrics.kind !== 'label') return 0;
  return best.metrics.accuracy - start.metrics.accuracy;
}

/** Standard deviation of the smoothed line, from how far the last steps scatter around it. */
export function noiseOf(loss: readonly number[], smoothed: readonly number[]): number {
  const from = Math.max(0, loss.length - RECENT);
  let sum = 0;
  for (let i = from; i < loss.length; i++) sum += (loss[i]! - smoothed[i]!) ** 2;
  return SMOOTHED_NOISE * Math.sqrt(sum / Math.max(1, loss.length - from));
}

export function lowest(values: readonly number[], from: number, to: number): { value: number; at: number } {
  let at = from;
  for (let i = from; i < to; i++) if (values[i]! < values[at]!) at = i;
  return { value: values[at]!, at };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

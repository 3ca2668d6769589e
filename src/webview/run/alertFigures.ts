import type { Evaluation } from './runProgress';
import { bestValidation } from './standing';

/** Steps that count as the present. */
export const RECENT = 50;

/** Best validation above the one before training, in shares. */
export function gained(evaluations: readonly Evaluation[]): number {
  const start = bestValidation(evaluations.filter(({ step }) => step === 0));
  const best = bestValidation(evaluations);
  if (!start || !best || start.metrics.kind !== 'label' || best.metrics.kind !== 'label') return 0;
  return best.metrics.accuracy - start.metrics.accuracy;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

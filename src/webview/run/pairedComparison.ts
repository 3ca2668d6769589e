import type { Contender } from '../../protocol/metrics';
import type { PredictionRecord } from '../../protocol/runs';
import { signTest } from '../statistics/signTest';

/** The same rows answered by the tuned prompt and by the best hard prompt. */
export interface PairedComparison {
  against: Contender;
  rows: number;
  /** Right with the tuned prompt only. */
  fixed: number;
  /** Right with the hard prompt only. */
  broken: number;
  /** Two-sided exact sign test on the rows where the two differ (McNemar's exact test). */
  pValue: number;
}

/** Compares row by row; undefined when no row has a hard prompt's answer. */
export function comparePaired(predictions: readonly PredictionRecord[]): PairedComparison | undefined {
  let against: Contender | undefined;
  let rows = 0;
  let fixed = 0;
  let broken = 0;
  for (const { correct, baseline } of predictions) {
    if (!baseline) continue;
    against ??= baseline.contender;
    rows++;
    if (correct && !baseline.correct) fixed++;
    if (!correct && baseline.correct) broken++;
  }
  return against && { against, rows, fixed, broken, pValue: signTest(fixed, broken) };
}

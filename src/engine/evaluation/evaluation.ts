import type { Metrics } from '../../protocol/metrics';
import type { PredictionRecord } from '../../protocol/runs';

/** How one contender did on some rows: the figures, and each row's prediction in the order of the rows. */
export interface Evaluation {
  metrics: Metrics;
  predictions: PredictionRecord[];
}

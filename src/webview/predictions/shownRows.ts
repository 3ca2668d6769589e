import type { Contender, Metrics } from '../../protocol/metrics';
import type { PanelState } from '../../protocol/panel';
import type { PredictionRecord } from '../../protocol/runs';
import { standingOf } from '../run/standing';
import type { ShownRun } from '../run/store';

/** The rows in view: those of the last validation, or of the test. */
export interface ShownRows {
  split: 'validation' | 'test';
  /** Step of the prompt that answered them. */
  step?: number;
  predictions: readonly PredictionRecord[];
  /** How the tuned prompt did on them. */
  metrics?: Metrics;
  /** The best hard prompt on the same rows. */
  hard?: { contender: Contender; metrics: Metrics };
}

/** The splits that have answers, the one that comes first in a run first. */
export function splitsOf({ predictions, validation }: ShownRun): ShownRows['split'][] {
  return [
    ...(validation ? (['validation'] as const) : []),
    ...(predictions.length > 0 ? (['test'] as const) : []),
  ];
}

/** What the user chose, where there is such; else the test rows, and before the test those of the last validation. */
export function shownRows(run: ShownRun, { split: wanted }: PanelState): ShownRows | undefined {
  const splits = splitsOf(run);
  const split = splits.find((one) => one === wanted) ?? splits.at(-1);
  if (split === 'test') {
    const standing = standingOf(run.record, run.progress);
    const tested = standing?.split === 'test' ? standing : undefined;
    return {
      split,
      step: run.record.best?.step,
      predictions: run.predictions,
      metrics: tested?.tuned?.metrics,
      hard: tested?.bestHard,
    };
  }
  if (!run.validation) return undefined;
  const { step, predictions } = run.validation;
  const { evaluations } = run.progress;
  const validations = evaluations.filter((one) => one.split === 'validation');
  return {
    split: 'validation',
    step,
    predictions,
    metrics: validations.findLast((one) => one.contender === 'tuned' && one.step === step)?.metrics,
    hard: validations.findLast(({ contender }) => contender !== 'tuned'),
  };
}

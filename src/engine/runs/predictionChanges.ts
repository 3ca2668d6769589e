import type { PredictionRecord } from '../../protocol/runs';

/** Predictions of validation rows, each beside what the tuned prompt answered at the validation before. */
export function withPrevious(
  predictions: readonly PredictionRecord[],
  before: readonly PredictionRecord[],
): PredictionRecord[] {
  const known = new Map(before.map((one) => [rowKey(one), one]));
  return predictions.map((prediction) => {
    const one = known.get(rowKey(prediction));
    return one ? { ...prediction, previous: { predicted: one.predicted, correct: one.correct } } : prediction;
  });
}

const rowKey = ({ file, row }: PredictionRecord): string => `${row} ${file}`;

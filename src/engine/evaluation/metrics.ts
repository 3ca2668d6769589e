import type { ClassMetrics, Interval, LabelMetrics, TextMetrics } from '../../protocol/metrics';
import { sameText, wordF1 } from '../../protocol/texts';

/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * 95 % Wilson score interval of the proportion `successes / trials`; sound for small numbers and near 0 and 1.
 * (E. B. Wilson, 1927: Probable inference, the law of succession, and statistical inference.)
 */
export function wilson(successes: number, trials: number): Interval {
  if (trials === 0) return [0, 1];
  const proportion = successes / trials;
  const shrink = 1 + Z ** 2 / trials;
  const centre = (proportion + Z ** 2 / (2 * trials)) / shrink;
  const half = (Z / shrink) * Math.sqrt((proportion * (1 - proportion)) / trials + (Z / (2 * trials)) ** 2);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

export interface LabelOutcome {
  expected: string;
  predicted: string;
  /** Cross-entropy of the expected label in nats. */
  loss: number;
}

/** All figures of label predictions. Every expected and predicted label must be one of `labels`. */
export function labelMetrics(outcomes: readonly LabelOutcome[], labels: readonly string[]): LabelMetrics {
  const index = new Map(labels.map((label, position) => [label, position]));
  const counts = labels.map(() => labels.map(() => 0));
  for (const { expected, predicted } of outcomes) {
    counts[index.get(expected)!]![index.get(predicted)!]! += 1;
  }
  const classes = labels.map((label, own) => classMetrics(label, own, counts));
  const occurring = classes.filter(
    ({ support }, own) => support > 0 || counts.some((predicted) => predicted[own]! > 0),
  );
  const correct = outcomes.filter(({ expected, predicted }) => expected === predicted).length;
  return {
    kind: 'label',
    rows: outcomes.length,
    loss: mean(outcomes.map(({ loss }) => loss)),
    accuracy: ratio(correct, outcomes.length),
    interval: wilson(correct, outcomes.length),
    // As scikit-learn: over the labels that occur, among the expected or the predicted.
    macroF1: mean(occurring.map(({ f1 }) => f1)),
    classes,
    confusion: { labels: [...labels], counts },
  };
}

function classMetrics(label: string, own: number, counts: readonly number[][]): ClassMetrics {
  const hits = counts[own]![own]!;
  const support = sum(counts[own]!);
  const predictions = sum(counts.map((predicted) => predicted[own]!));
  return {
    label,
    precision: ratio(hits, predictions),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, predictions + support),
    support,
  };
}

export interface TextOutcome {
  expected: string;
  predicted: string;
  /** Summed cross-entropy of the target's tokens in nats, and their number. */
  loss: number;
  tokens: number;
}

/** All figures of generated texts. */
export function textMetrics(outcomes: readonly TextOutcome[]): TextMetrics {
  const exact = outcomes.filter(({ expected, predicted }) => sameText(expected, predicted)).length;
  return {
    kind: 'text',
    rows: outcomes.length,
    loss: ratio(sum(outcomes.map(({ loss }) => loss)), sum(outcomes.map(({ tokens }) => tokens))),
    exactMatch: ratio(exact, outcomes.length),
    interval: wilson(exact, outcomes.length),
    wordF1: mean(outcomes.map(({ expected, predicted }) => wordF1(expected, predicted))),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const mean = (values: readonly number[]): number => ratio(sum(values), values.length);

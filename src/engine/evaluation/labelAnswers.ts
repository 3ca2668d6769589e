import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { LabelScoring, PredictionRecord } from '../../protocol/runs';
import type { Prefix, PromptModel } from '../compile/promptModel';
import type { LabelWord } from '../prompt/labelWords';
import type { Evaluation } from './evaluation';
import { type LabelScores, type ScoringOptions, scoreLabelWords, scoreWholeLabels } from './labelScoring';
import { labelMetrics } from './metrics';
import type { ReadRow } from './taskReader';

/** How people read a scoring. */
export function scoringName(scoring: LabelScoring): string {
  switch (scoring) {
    case 'label-words':
      return l10n`label words`;
    case 'whole-label':
      return l10n`whole labels`;
    case 'whole-label-mean':
      return l10n`whole labels, length-normalised`;
  }
}

/** One row's answer among the labels. */
export interface LabelAnswer {
  /** Index of the most probable label. */
  predicted: number;
  /** log-probability of each label: they sum to one over the labels. */
  logProbabilities: Float64Array;
}

/** Asks the model for the label of each row. */
export async function answerLabels(
  model: PromptModel,
  labels: readonly LabelWord[],
  rows: readonly Int32Array[],
  prefix: Prefix | null,
  scoring: LabelScoring,
  options?: ScoringOptions,
): Promise<LabelAnswer[]> {
  if (scoring === 'label-words') {
    const words = Int32Array.from(labels, ({ token }) => token);
    return readAnswers(await scoreLabelWords(model, rows, words, prefix, options), labels.length);
  }
  const whole = labels.map(({ tokens }) => tokens);
  const { sum, mean } = await scoreWholeLabels(model, rows, whole, prefix, options);
  return readAnswers(scoring === 'whole-label' ? sum : mean, labels.length);
}

/** As answerLabels, in every scoring at once, for little more than the price of whole labels. */
export async function answerLabelsEveryWay(
  model: PromptModel,
  labels: readonly LabelWord[],
  rows: readonly Int32Array[],
  prefix: Prefix | null,
  options?: ScoringOptions,
): Promise<Record<LabelScoring, LabelAnswer[]>> {
  // A label word is a label of one token: most stand at the beginning of their label and are read there anyway.
  const sequences = [...labels.map(({ tokens }) => tokens), ...labels.map(({ token }) => [token])];
  const { sum, mean } = await scoreWholeLabels(model, rows, sequences, prefix, options);
  const half = (scores: LabelScores, from: number): LabelScores =>
    scores.filter((_, index) => {
      const sequence = index % sequences.length;
      return sequence >= from && sequence < from + labels.length;
    });
  return {
    'label-words': readAnswers(half(sum, labels.length), labels.length),
    'whole-label': readAnswers(half(sum, 0), labels.length),
    'whole-label-mean': readAnswers(half(mean, 0), labels.length),
  };
}

function readAnswers(scores: LabelScores, labels: number): LabelAnswer[] {
  return Array.from({ length: scores.length / labels }, (_, row) => {
    const own = scores.subarray(row * labels, (row + 1) * labels);
    const top = Math.max(...own);
    const norm = top + Math.log(own.reduce((total, score) => total + Math.exp(score - top), 0));
    return { predicted: own.indexOf(top), logProbabilities: own.map((score) => score - norm) };
  });
}

/** Figures and one record a row. */
export function judgeLabels(
  rows: readonly ReadRow[],
  answers: readonly LabelAnswer[],
  labels: readonly LabelWord[],
): Evaluation {
  const index = new Map(labels.map(({ label }, position) => [label, position]));
  const predictions = rows.map(({ source, text, cutTokens }, row): PredictionRecord => {
    const { predicted, logProbabilities } = answers[row]!;
    const expected = index.get(source.target);
    if (expected === undefined) {
      throw new SoftpromptError('data-invalid', l10n`The task has no label “${source.target}”.`, {
        place: { file: source.file, row: source.row, line: source.line },
        hint: l10n`Its labels are ${labels.map(({ label }) => label).join(', ')}.`,
      });
    }
    return {
      row: source.row,
      line: source.line,
      file: source.file,
      text,
      expected: source.target,
      predicted: labels[predicted]!.label,
      correct: predicted === expected,
      confidence: Math.exp(logProbabilities[predicted]!),
      loss: -logProbabilities[expected]!,
      probabilities: probabilitiesByLabel(answers[row]!, labels),
      cutTokens,
    };
  });
  return {
    metrics: labelMetrics(
      predictions,
      labels.map(({ label }) => label),
    ),
    predictions,
  };
}

export function probabilitiesByLabel(
  { logProbabilities }: LabelAnswer,
  labels: readonly LabelWord[],
): Record<string, number> {
  return Object.fromEntries(labels.map(({ label }, index) => [label, Math.exp(logProbabilities[index]!)]));
}

import type { Contender } from '../../protocol/metrics';
import type { LabelScoring, PredictionRecord } from '../../protocol/runs';
import { splitTuned } from '../compile/classHead';
import type { Prefix, PromptModel } from '../compile/promptModel';
import type { Tokenizer } from '../models/tokenizer';
import type { ClassHead, RowContext } from '../prompt/tokenRow';
import type { LabelledRow } from '../task/labelledRow';
import type { Evaluation } from './evaluation';
import { answerLabels, judgeLabels } from './labelAnswers';
import type { ScoringOptions } from './labelScoring';
import { type ReadableTask, type ReadRow, type TaskReader, taskReader } from './taskReader';
import { judgeTexts, targetLosses, writeAnswers } from './textAnswers';

/**
 * How a soft prompt does on `rows`; `prompt` holds all that is tuned (see PromptModel.gradient). Labels are scored the way the
 * task trains them.
 */
export async function evaluateTuned(
  model: PromptModel,
  tokenizer: Tokenizer,
  prepared: ReadableTask,
  prompt: Float32Array,
  rows: readonly LabelledRow[],
  options?: ScoringOptions,
): Promise<Evaluation> {
  const reader = taskReader(prepared, tokenizer);
  const tuned = splitTuned(prompt, model.config, reader.trainedClasses);
  const setting = {
    ...(await placedPrompt(model, reader, tuned.prompt)),
    head: tuned.head,
    scoring: tunedScoring(prepared),
  };
  return evaluateRows(model, tokenizer, reader, rows, setting, options);
}

/** The virtual tokens where the task has them stand. */
export async function placedPrompt(
  model: PromptModel,
  { placement }: TaskReader,
  prompt: Float32Array,
): Promise<Pick<Setting, 'prefix' | 'tokens' | 'context'>> {
  if (placement === 'before') return { prefix: await model.prefix(prompt) };
  return {
    prefix: model.behindContexts(prompt),
    tokens: ({ around }) => around!.tokens,
    context: ({ around }) => around!.context,
  };
}

/** The scoring that a task's soft prompt is trained for. */
export function tunedScoring({ task: { target } }: Pick<ReadableTask, 'task'>): LabelScoring {
  return target.kind === 'label' && target.score === 'whole-label' ? 'whole-label' : 'label-words';
}

/** What stands before the rows, and how labels are scored after them. */
export interface Setting {
  prefix: Prefix | null;
  scoring: LabelScoring;
  /** Answers in place of label words. */
  head?: ClassHead;
  /** What of a row comes after the prefix, where that is text already; all of it where absent. */
  tokens?: (row: ReadRow) => Int32Array;
  /** What of a row comes before the virtual tokens. */
  context?: (row: ReadRow) => RowContext;
}

/** Has the rows answered after a prefix, and judges the answers. */
export async function evaluateRows(
  model: PromptModel,
  tokenizer: Tokenizer,
  reader: TaskReader,
  rows: readonly LabelledRow[],
  { prefix, scoring, head, tokens: after = (row) => row.tokens, context }: Setting,
  { onProgress }: ScoringOptions = {},
): Promise<Evaluation> {
  const read = rows.map((row) => reader.read(row));
  const tokens = read.map(after);
  const contexts = context && read.map(context);
  const options = { onProgress, head, place: reader.place, contexts };
  if (reader.kind === 'label') {
    const answers = await answerLabels(model, reader.labels, tokens, prefix, scoring, options);
    return judgeLabels(read, answers, reader.labels);
  }
  const targets = read.map(({ source }) => reader.readTarget(source));
  const losses = await targetLosses(model, tokens, targets, prefix, { place: reader.place, contexts });
  const answers = await writeAnswers(model, tokenizer, reader, tokens, prefix, options);
  return judgeTexts(read, answers, losses);
}

/** The tuned prompt's predictions, each beside what the given hard prompt answered on the same row. */
export function withBaseline(
  predictions: readonly PredictionRecord[],
  contender: Contender,
  baseline: Evaluation,
): PredictionRecord[] {
  return predictions.map((prediction, row) => {
    const { predicted, correct } = baseline.predictions[row]!;
    return { ...prediction, baseline: { contender, predicted, correct } };
  });
}

import { type Contender, headlineScore, type Metrics } from '../../protocol/metrics';
import type { Phase } from '../../protocol/phases';
import type { PredictionRecord, RunRecord } from '../../protocol/runs';
import type { PromptModel } from '../compile/promptModel';
import type { Tokenizer } from '../models/tokenizer';
import type { LabelledRow } from '../task/labelledRow';
import { evaluateHardPrompt, type HardPrompt } from './baselines';
import { evaluateTuned, withBaseline } from './evaluate';
import type { Evaluation } from './evaluation';
import type { ReadableTask } from './taskReader';

export interface Comparison {
  results: Partial<Record<Contender, Metrics>>;
  /** Examples of the few-shot prompt, where there is one. */
  fewShotExamples?: number;
  hardPrompts: NonNullable<RunRecord['hardPrompts']>;
  /** The tuned prompt's predictions, beside those of the best hard prompt. */
  predictions: PredictionRecord[];
}

export interface ComparisonOptions {
  onPhase?: (phase: Phase, done: number, total: number) => void;
  onResult?: (contender: Contender, metrics: Metrics) => void;
}

/** Has the tuned prompt and the hard prompts answer the same rows. */
export async function compareContenders(
  model: PromptModel,
  tokenizer: Tokenizer,
  prepared: ReadableTask,
  prompt: Float32Array,
  rows: readonly LabelledRow[],
  hardPrompts: readonly HardPrompt[],
  { onPhase, onResult }: ComparisonOptions = {},
): Promise<Comparison> {
  const progress = (contender: Contender) => ({
    onProgress: (done: number, total: number) => onPhase?.(`testing ${contender}`, done, total),
  });
  const results: Comparison['results'] = {};
  const keep = (contender: Contender, evaluation: Evaluation) => {
    results[contender] = evaluation.metrics;
    onResult?.(contender, evaluation.metrics);
    return evaluation;
  };
  const tuned = keep(
    'tuned',
    await evaluateTuned(model, tokenizer, prepared, prompt, rows, progress('tuned')),
  );
  let best: { contender: Contender; evaluation: Evaluation } | null = null;
  for (const hardPrompt of hardPrompts) {
    const { contender } = hardPrompt;
    const evaluation = keep(
      contender,
      await evaluateHardPrompt(model, tokenizer, prepared, hardPrompt, rows, progress(contender)),
    );
    if (!best || headlineScore(evaluation.metrics) > headlineScore(best.evaluation.metrics)) {
      best = { contender, evaluation };
    }
  }
  const predictions = best
    ? withBaseline(tuned.predictions, best.contender, best.evaluation)
    : tuned.predictions;
  return { results, ...recordHardPrompts(hardPrompts), predictions };
}

/** The hard prompts as run.json keeps them: enough to ask them again without the dataset. */
function recordHardPrompts(
  hardPrompts: readonly HardPrompt[],
): Pick<Comparison, 'fewShotExamples' | 'hardPrompts'> {
  const records = hardPrompts.map(({ contender, scoring, examples }) => [
    contender,
    { scoring, examples: examples?.map(({ row, values, target }) => ({ row, values, target })) },
  ]);
  return {
    fewShotExamples: hardPrompts.find(({ contender }) => contender === 'few-shot')?.examples?.length,
    hardPrompts: Object.fromEntries(records),
  };
}

import type { ResolvedTask, TaskFile } from '../../protocol/taskFile';
import { columnTitles } from '../data/columnTitles';
import { readableLabel } from '../prompt/labelWords';

// Every default of a task, in one place, with its reason.

/** Lester et al. (2021) saw little gain beyond 20 virtual tokens, even for small models. */
const VIRTUAL_TOKENS = 20;

/** Behind the text costs less and learns less; see the README's figures. */
const PLACEMENT = 'before';

/** AdamW at this rate reached the best accuracy for SmolLM2-135M on SST-2; prompts want far more than weights do. */
const LEARNING_RATE = 0.03;

/** Part of the steps: the first updates, with AdamW's averages still empty, should not throw the prompt off its words. */
const WARMUP = 0.06;

/** The prompt is small and has good starting values; pulling it to zero would only move it away from them. */
const WEIGHT_DECAY = 0;

/** Guards against a single odd batch; ordinary gradients are below it. */
const CLIP = 1;

/** Rows of a step: less is noisier, more is slower without learning faster. */
const BATCH_ROWS = 16;

/** Passes over the rows, within a number of steps that takes minutes on a CPU and suffices for a prompt. */
const EPOCHS = 8;
const MIN_STEPS = 100;
const MAX_STEPS = 300;

/** Looks at the validation rows during a run. */
const EVALUATIONS = 10;

/** Faster where that is measured and the gradient is known to stay good, else exact. */
const PRECISION = 'auto';

/** A checkpoint is a few hundred kilobytes: at most this many steps are lost. */
const CHECKPOINT_EVERY = 20;

/** Longest row in tokens, virtual tokens not counted: long enough for a page of text, short enough for a CPU. */
const LIMIT = 512;

/** Parts split off for validation and test where no files are given, as far as the rows suffice. */
const VALIDATION = 0.1;
const TEST = 0.2;
/** More rows than these cost time at every look and tell little more. */
const MAX_VALIDATION_ROWS = 200;
const MAX_TEST_ROWS = 1000;

/** What a person would put in a prompt by hand. */
const FEW_SHOT = 4;

/** Answers in free text: characters of the longest target to tokens, generously. */
const CHARACTERS_PER_TOKEN = 2;
const MIN_ANSWER_TOKENS = 16;
const MAX_ANSWER_TOKENS = 256;

/** More classes than this make no readable instruction. */
const MAX_NAMED_LABELS = 12;

export function defaultSplit(
  split: Partial<ResolvedTask['data']['split']>,
  rows: number,
): ResolvedTask['data']['split'] {
  return {
    validation: split.validation ?? Math.min(VALIDATION, MAX_VALIDATION_ROWS / Math.max(rows, 1)),
    test: split.test ?? Math.min(TEST, MAX_TEST_ROWS / Math.max(rows, 1)),
    seed: split.seed ?? 0,
  };
}

export function defaultMethod(method: TaskFile['method'], instruction: string): ResolvedTask['method'] {
  const init = method?.init ?? { from: 'text' };
  return {
    kind: 'prompt-tuning',
    virtualTokens: method?.virtualTokens ?? VIRTUAL_TOKENS,
    // Words that say what to do start better than random vectors, which lie off the model's embeddings.
    init: init.from === 'text' ? { from: 'text', text: init.text ?? instruction } : init,
    placement: method?.placement ?? PLACEMENT,
  };
}

/** `trainingRows`: how many rows there will be to learn from. */
export function defaultTraining(
  training: TaskFile['training'],
  trainingRows: number,
): ResolvedTask['training'] {
  const rows = training?.batchRows ?? BATCH_ROWS;
  const stepsOf = (epochs: number) => Math.max(1, Math.ceil((epochs * trainingRows) / rows));
  const steps = training?.steps ?? Math.max(MIN_STEPS, Math.min(MAX_STEPS, stepsOf(EPOCHS)));
  const epochs = training?.epochs;
  const likelySteps = epochs === undefined ? steps : stepsOf(epochs);
  return {
    length: epochs === undefined ? { steps } : { epochs },
    batch: training?.batchTokens === undefined ? { rows } : { tokens: training.batchTokens },
    learningRate: training?.learningRate ?? LEARNING_RATE,
    warmup: training?.warmup ?? WARMUP,
    decay: training?.decay ?? 'linear',
    weightDecay: training?.weightDecay ?? WEIGHT_DECAY,
    clip: training?.clip ?? CLIP,
    evaluateEvery: training?.evaluateEvery ?? Math.max(1, Math.round(likelySteps / EVALUATIONS)),
    // Not stopped early unless asked: much is gained late, while the learning rate falls, and the best prompt is kept.
    patience: training?.patience,
    checkpointEvery: training?.checkpointEvery ?? CHECKPOINT_EVERY,
    seed: training?.seed ?? 0,
    precision: training?.precision ?? PRECISION,
  };
}

export function defaultEvaluation(evaluation: TaskFile['evaluation']): ResolvedTask['evaluation'] {
  return {
    fewShot: evaluation?.fewShot ?? FEW_SHOT,
    zeroShot: evaluation?.zeroShot ?? true,
    hardPrompt: evaluation?.hardPrompt,
    maxRows: evaluation?.maxRows,
  };
}

export function defaultLimit(limit: number | undefined): number {
  return limit ?? LIMIT;
}

/** Room for the longest target of the training rows. */
export function defaultMaxTokens(targets: readonly string[]): number {
  const longest = targets.reduce((longest, target) => Math.max(longest, target.length), 0);
  return Math.max(MIN_ANSWER_TOKENS, Math.min(MAX_ANSWER_TOKENS, Math.ceil(longest / CHARACTERS_PER_TOKEN)));
}

/** An instruction for the task: what the virtual tokens start from. `labels` undefined: free text. */
export function defaultInstruction(
  target: string,
  columns: readonly string[],
  labels?: readonly string[],
): string {
  const titles = columnTitles([...columns, target]);
  const answer = titles.pop()!;
  const text = titles.length === 1 ? `the ${titles[0]}` : 'the text';
  if (!labels) return `Write the ${answer} for ${text}.`;
  if (labels.length > MAX_NAMED_LABELS || labels.length < 2) return `Classify ${text} by its ${answer}.`;
  const names = labels.map(readableLabel);
  return `Classify ${text} as ${names.slice(0, -1).join(', ')} or ${names.at(-1)}.`;
}

import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { RunEvent } from '../../protocol/runs';
import type { ResolvedTask } from '../../protocol/taskFile';
import type { PromptModel } from '../compile/promptModel';
import type { TokenBatch, TrainedWords } from '../prompt/tokenRow';
import { ADAMW_DEFAULTS, clipNorm, updateAdamW } from './adamw';
import type { RunControl } from './runControl';
import { learningRateAt, type Schedule } from './schedule';
import type { TrainingState } from './trainingState';

/** The training rows as the trainer sees them: an order, and batches. */
export interface TrainingBatches {
  words: TrainedWords;
  /** The rows of each step of an epoch: the same for the same epoch, always. */
  epoch(epoch: number): readonly (readonly number[])[];
  /** The rows of one step, as micro-batches. */
  batches(rows: readonly number[]): readonly TokenBatch[];
}

export interface TrainerOptions {
  model: PromptModel;
  data: TrainingBatches;
  settings: ResolvedTask['training'];
  steps: number;
  /** Fresh or from a checkpoint; goes along with the training, and is whole at every moment. */
  state: TrainingState;
  control: RunControl;
  /** Score (higher is better) and loss on the validation rows. */
  validate(prompt: Float32Array, step: number): Promise<{ score: number; loss: number }>;
  save(state: TrainingState): Promise<void>;
  emit(event: RunEvent): void;
}

/** The part of the task's settings that the learning rate depends on. */
export function scheduleOf(settings: ResolvedTask['training'], steps: number): Schedule {
  return {
    highest: settings.learningRate,
    warmupSteps: Math.ceil(settings.warmup * steps),
    steps,
    decay: settings.decay,
  };
}

/**
 * Trains `state.prompt` from wherever it is to the last step, or until validation stops getting better. When stopped by
 * `control`, it saves a checkpoint and rejects with SoftpromptError('cancelled'). A loss that is not a finite number ends it
 * with an error, and leaves the last checkpoint alone.
 */
export async function train(options: TrainerOptions): Promise<void> {
  const { state, settings, steps, control } = options;
  let savedAt = state.step;
  const save = async () => {
    await options.save(state);
    savedAt = state.step;
  };
  try {
    for (;;) {
      await control.breathe();
      const finished = state.step >= steps;
      if (finished || state.step % settings.evaluateEvery === 0) await validate(options);
      if (finished || outOfPatience(options)) break;
      if (state.step !== savedAt && state.step % settings.checkpointEvery === 0) await save();
      await takeStep(options);
    }
    await save();
  } catch (error) {
    if (control.stopped) await save();
    throw error;
  }
}

async function validate({ state, settings, validate, control }: TrainerOptions): Promise<void> {
  if (state.validatedAt === state.step) return;
  const clock = stopwatch(control);
  const { score, loss } = await validate(state.prompt, state.step);
  if (!Number.isFinite(score) || !Number.isFinite(loss)) {
    throw diverged(
      l10n`The validation loss is no longer a finite number after step ${state.step}.`,
      settings,
    );
  }
  const { best } = state;
  // Small validation sets often tie: the loss decides then.
  if (!best || score > best.score || (score === best.score && loss < best.loss)) {
    state.best = { step: state.step, score, loss, prompt: state.prompt.slice() };
    state.withoutBetter = 0;
  } else {
    state.withoutBetter += 1;
  }
  state.validatedAt = state.step;
  state.seconds.evaluation += clock();
}

function outOfPatience({ state, settings }: TrainerOptions): boolean {
  return settings.patience !== undefined && state.withoutBetter >= settings.patience;
}

async function takeStep({
  model,
  data,
  settings,
  steps,
  state,
  control,
  emit,
}: TrainerOptions): Promise<void> {
  const clock = stopwatch(control);
  const epoch = data.epoch(state.order.epoch);
  const batches = data.batches(epoch[state.order.position]!);
  const { loss, gradient } = await model.gradient(state.prompt, batches, data.words);
  const gradientNorm = clipNorm(gradient, settings.clip);
  if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
    throw diverged(l10n`The loss is no longer a finite number in step ${state.step + 1}.`, settings);
  }
  const learningRate = learningRateAt(state.step, scheduleOf(settings, steps));
  // From here to the end of the step nothing is awaited: a checkpoint sees all of it or nothing.
  updateAdamW(state.prompt, gradient, state.optimiser, learningRate, {
    ...ADAMW_DEFAULTS,
    weightDecay: settings.weightDecay,
  });
  state.step += 1;
  const last = state.order.position + 1 === epoch.length;
  state.order = last
    ? { epoch: state.order.epoch + 1, position: 0 }
    : { epoch: state.order.epoch, position: state.order.position + 1 };
  const seconds = clock();
  state.seconds.training += seconds;
  const tokens = batches.reduce((sum, { rows }) => sum + countTokens(rows), 0);
  emit({
    type: 'step',
    time: Date.now(),
    step: state.step,
    loss,
    learningRate,
    gradientNorm,
    tokens,
    seconds,
    memory: process.memoryUsage.rss(),
  });
}

function diverged(message: string, { learningRate }: ResolvedTask['training']): SoftpromptError {
  return new SoftpromptError('task-invalid', message, {
    hint: l10n`Lower training.learningRate (now ${learningRate}). The last checkpoint is kept.`,
  });
}

function countTokens(rows: TokenBatch['rows']): number {
  return rows.reduce((sum, { tokens, answer }) => sum + tokens.length + (answer?.length ?? 0), 0);
}

/** Seconds since the call, pauses not counted. */
function stopwatch(control: RunControl): () => number {
  const start = performance.now() - control.pausedTime;
  return () => (performance.now() - control.pausedTime - start) / 1000;
}

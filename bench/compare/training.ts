import type { PromptModel } from '../../src/engine/compile/promptModel';
import { evaluateTuned } from '../../src/engine/evaluation/evaluate';
import { taskReader } from '../../src/engine/evaluation/taskReader';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { keepContexts } from '../../src/engine/runs/keepContexts';
import { type PreparedTask, prepareTask } from '../../src/engine/task/prepareTask';
import { initialParameters, initialTokens } from '../../src/engine/tuning/initialise';
import { RunControl } from '../../src/engine/tuning/runControl';
import { learningRateAt } from '../../src/engine/tuning/schedule';
import { scheduleOf, train } from '../../src/engine/tuning/trainer';
import { encodeTrainingRows } from '../../src/engine/tuning/trainingRows';
import { startTraining } from '../../src/engine/tuning/trainingState';
import { headlineScore } from '../../src/protocol/metrics';

/** What a side tells while it trains; seconds are those of the step or look alone. */
export type TrainingNews =
  | { type: 'step'; step: number; loss: number; seconds: number }
  | { type: 'look'; step: number; accuracy: number; loss: number; seconds: number }
  | { type: 'done' };

export interface PlannedRow {
  tokens: number[];
  label: number;
}

/** A training as our trainer would do it, for someone else to do. */
export interface TrainingPlan {
  /** Token ids that the virtual tokens start as. */
  start: number[];
  /** Token ids of the label words. */
  words: number[];
  steps: { rows: PlannedRow[]; learningRate: number }[];
  weightDecay: number;
  /** Largest norm of the gradient. */
  clip: number;
  /** Steps between two looks at the validation rows. */
  every: number;
  validation: PlannedRow[];
}

/** Trains a task with the engine's own trainer, and looks at its validation rows. */
export async function trainTask(
  model: PromptModel,
  tokenizer: Tokenizer,
  taskFile: string,
  tell: (news: TrainingNews) => void,
): Promise<void> {
  const { prepared, rows } = await readTask(tokenizer, taskFile);
  const reader = taskReader(prepared, tokenizer);
  keepContexts(model, reader, prepared.validation, rows);
  const { method, training } = prepared.task;
  const parameters = await initialParameters(model, tokenizer, reader, {
    ...method,
    seed: training.seed,
  });
  await train({
    model,
    data: rows,
    settings: training,
    steps: rows.steps,
    state: startTraining(parameters),
    control: new RunControl(),
    async validate(prompt, step) {
      const start = performance.now();
      const { metrics } = await evaluateTuned(model, tokenizer, prepared, prompt, prepared.validation);
      const score = headlineScore(metrics);
      const seconds = (performance.now() - start) / 1000;
      tell({ type: 'look', step, accuracy: score, loss: metrics.loss, seconds });
      return { score, loss: metrics.loss };
    },
    save: async () => {},
    emit(event) {
      if (event.type !== 'step') return;
      const { step, loss, seconds } = event;
      tell({ type: 'step', step, loss, seconds });
    },
  });
  tell({ type: 'done' });
}

/** The rows, order, learning rates and start of `trainTask`, as numbers. */
export async function planTraining(tokenizer: Tokenizer, taskFile: string): Promise<TrainingPlan> {
  const { prepared, rows } = await readTask(tokenizer, taskFile);
  const reader = taskReader(prepared, tokenizer);
  const { method, training } = prepared.task;
  const schedule = scheduleOf(training, rows.steps);
  const steps: TrainingPlan['steps'] = [];
  for (let epoch = 0; steps.length < rows.steps; epoch++) {
    for (const chosen of rows.epoch(epoch).slice(0, rows.steps - steps.length)) {
      const planned = rows
        .batches(chosen)
        .flatMap((batch) =>
          batch.readouts.map(({ row, target }) => ({ tokens: [...batch.rows[row]!.tokens], label: target })),
        );
      steps.push({ rows: planned, learningRate: learningRateAt(steps.length, schedule) });
    }
  }
  const classes = new Map(reader.labels.map(({ label }, index) => [label, index]));
  return {
    start: [...initialTokens(tokenizer, { ...method, labels: [], seed: training.seed })],
    words: reader.labels.map(({ token }) => token),
    steps,
    weightDecay: training.weightDecay,
    clip: training.clip,
    every: training.evaluateEvery,
    validation: prepared.validation.map((row) => ({
      tokens: [...reader.read(row).tokens],
      label: classes.get(row.target)!,
    })),
  };
}

async function readTask(tokenizer: Tokenizer, taskFile: string) {
  const prepared: PreparedTask = await prepareTask(taskFile);
  const rows = await encodeTrainingRows(
    taskReader(prepared, tokenizer),
    prepared.train,
    prepared.task,
    async () => {},
  );
  return { prepared, rows };
}

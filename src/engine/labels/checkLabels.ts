import { dirname, relative, sep } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { LabelProgress, LabelReview } from '../../protocol/labels';
import type { ResolvedTask } from '../../protocol/taskFile';
import { choosePrecision } from '../compile/choosePrecision';
import { openPromptModel } from '../compile/openPromptModel';
import type { PromptModel } from '../compile/promptModel';
import { textKey } from '../data/textKey';
import { evaluateTuned } from '../evaluation/evaluate';
import { taskReader } from '../evaluation/taskReader';
import { openCheckpoint } from '../models/openCheckpoint';
import { resolveModel } from '../models/resolveModel';
import type { Tokenizer } from '../models/tokenizer';
import { keepContexts } from '../runs/keepContexts';
import { refusePlacement } from '../task/checkPlacement';
import { fitToContext } from '../task/fitToContext';
import type { LabelledRow } from '../task/labelledRow';
import { type PreparedTask, prepareTask } from '../task/prepareTask';
import { initialParameters } from '../tuning/initialise';
import { RunControl } from '../tuning/runControl';
import { train } from '../tuning/trainer';
import { encodeTrainingRows } from '../tuning/trainingRows';
import { startTraining } from '../tuning/trainingState';
import { foldRows } from './folds';
import { readLabelReview } from './labelReview';
import { type KeptLabel, type KeptReview, readReview, writeReview } from './reviewFile';
import { type ForeignAnswer, suspiciousLabels } from './suspicious';

/** Parts that the rows are cut into: each is answered by a prompt tuned on the others. */
const FOLDS = 3;
/** With fewer rows a prompt learns too little to contradict anyone. */
const FEWEST_ROWS = 20;
/** Steps of one tuning at most: what is learned later changes few answers, and three tunings are to be waited for. */
const MOST_STEPS = 60;
/** Characters of a text that are kept to be shown. */
const SHOWN_CHARACTERS = 500;
/** Share of the whole that opening the model is counted as, and of a fold, the answers. */
const OPENING_SHARE = 0.05;
const ANSWERS_SHARE = 0.2;

export interface CheckLabelsOptions {
  cacheFolder: string;
  threads?: number;
  signal?: AbortSignal;
  onProgress?(progress: Omit<LabelProgress, 'taskFile'>): void;
}

/**
 * Finds rows whose label a prompt contradicts that was tuned on other rows, and keeps them beside the task's runs. Training and
 * validation rows are looked at. Test rows are not: whoever leaves out test rows that the model gets wrong, makes its score
 * look better than it is.
 *
 * @throws SoftpromptError `task-invalid` for texts to be written; `data-invalid` for too few rows; `cancelled`; as opening the
 * model does.
 */
export async function checkLabels(taskFile: string, options: CheckLabelsOptions): Promise<LabelReview> {
  const startedAt = performance.now();
  const { signal, onProgress, cacheFolder } = options;
  const control = new RunControl();
  if (signal?.aborted) control.cancel();
  signal?.addEventListener('abort', () => control.cancel(), { once: true });

  const prepared = await prepareTask(taskFile, { signal });
  const rows = [...prepared.train, ...prepared.validation];
  refuseWhatHasNoLabels(prepared.task, rows.length);
  onProgress?.({ phase: 'opening model', fold: 1, folds: FOLDS, done: 0, total: 0, share: 0 });
  const path = await resolveModel(prepared.task.model, { taskFolder: dirname(taskFile), cacheFolder });
  const source = await openCheckpoint(path);
  try {
    refusePlacement(prepared.task, source.config.kind, source.model);
    const { steps, training } = shortened(prepared.task);
    const fitted = fitToContext(prepared.task, source.config.contextLength, source.config.kind);
    const task = { ...prepared, task: { ...fitted, training } };
    const tokenizer = await source.tokenizer();
    taskReader(task, tokenizer); // refuses what the model cannot read, before anything is computed
    await control.breathe();
    const { precision } = await choosePrecision(source, training.precision ?? 'auto', {
      ...options,
      breathe: control.breathe,
    });
    const model = await openPromptModel(source, { cacheFolder, threads: options.threads, precision });
    try {
      model.breathe = control.breathe;
      const answers = await answerByOthers({ task, tokenizer, model, rows, steps, control, onProgress });
      const review = await makeReview(taskFile, prepared, rows, answers);
      const seconds = (performance.now() - startedAt) / 1000;
      await writeReview(taskFile, { ...review, steps, seconds: Math.round(seconds * 10) / 10 });
    } finally {
      await model.close();
    }
  } finally {
    await source.close();
  }
  return (await readLabelReview(taskFile))!;
}

function refuseWhatHasNoLabels({ target, file, data }: ResolvedTask, rows: number): void {
  if (target.kind === 'text') {
    throw new SoftpromptError('task-invalid', l10n`The task writes texts: there are no labels to look at.`, {
      place: { file },
      hint: l10n`Suspicious labels are found for tasks that predict a column of classes.`,
    });
  }
  if (rows >= FEWEST_ROWS) return;
  throw new SoftpromptError(
    'data-invalid',
    l10n`There are ${rows} training and validation rows, too few to find suspicious labels.`,
    { place: { file: data.train }, hint: l10n`Add rows: ${FEWEST_ROWS} are needed at least.` },
  );
}

/** The task's training, with fewer steps if it has many, and without what only a run needs. */
function shortened({ training }: ResolvedTask): { steps: number; training: ResolvedTask['training'] } {
  const { length } = training;
  const steps = Math.min(MOST_STEPS, 'steps' in length ? length.steps : MOST_STEPS);
  return {
    steps,
    training: {
      ...training,
      length: 'steps' in length ? { steps } : length,
      evaluateEvery: steps,
      checkpointEvery: steps + 1,
      patience: undefined,
    },
  };
}

interface Undertaking {
  task: PreparedTask;
  tokenizer: Tokenizer;
  model: PromptModel;
  rows: readonly LabelledRow[];
  steps: number;
  control: RunControl;
  onProgress: CheckLabelsOptions['onProgress'];
}

/** Each row as a prompt answers it that was tuned on the rows of the other folds. */
async function answerByOthers(undertaking: Undertaking): Promise<ForeignAnswer[]> {
  const { task, tokenizer, model, rows, onProgress } = undertaking;
  const folds = foldRows(
    rows.map((row) => ({ stratum: row.target, key: textKey(task.prompt.text(row.values)) })),
    FOLDS,
    task.task.training.seed,
  );
  const answers: ForeignAnswer[] = new Array(rows.length);
  for (const [index, fold] of folds.entries()) {
    const tell = (phase: LabelProgress['phase'], done: number, total: number): void => {
      const within =
        phase === 'tuning' ? (1 - ANSWERS_SHARE) * (done / total) : 1 - ANSWERS_SHARE * (1 - done / total);
      const share = OPENING_SHARE + (1 - OPENING_SHARE) * ((index + within) / FOLDS);
      onProgress?.({ phase, fold: index + 1, folds: FOLDS, done, total, share });
    };
    const held = new Set(fold);
    const learned = rows.filter((_, row) => !held.has(row));
    const prompt = await tuneOn(learned, undertaking, (step) => tell('tuning', step, undertaking.steps));
    const { predictions } = await evaluateTuned(
      model,
      tokenizer,
      task,
      prompt,
      fold.map((row) => rows[row]!),
      { onProgress: (done, total) => tell('reading rows', done, total) },
    );
    predictions.forEach(({ expected, probabilities = {} }, position) => {
      answers[fold[position]!] = { given: expected, probabilities };
    });
  }
  return answers;
}

/** A prompt after so many steps on these rows: the last one, not the best on others, as none are to be spared. */
async function tuneOn(
  learned: readonly LabelledRow[],
  { task, tokenizer, model, steps, control }: Undertaking,
  onStep: (step: number) => void,
): Promise<Float32Array> {
  const reader = taskReader(task, tokenizer);
  const { method, training } = task.task;
  onStep(0);
  const data = await encodeTrainingRows(reader, learned, task.task, () => control.breathe());
  keepContexts(model, reader, [], data);
  const { init, virtualTokens } = method;
  const start = await initialParameters(model, tokenizer, reader, {
    init,
    virtualTokens,
    seed: training.seed,
  });
  const state = startTraining(start);
  await train({
    model,
    data,
    settings: training,
    steps: Math.min(steps, data.steps),
    state,
    control,
    validate: async () => ({ score: 0, loss: 0 }),
    save: async () => {},
    emit: (event) => event.type === 'step' && onStep(event.step),
  });
  return state.prompt;
}

async function makeReview(
  taskFile: string,
  { prompt }: PreparedTask,
  rows: readonly LabelledRow[],
  answers: readonly ForeignAnswer[],
): Promise<Omit<KeptReview, 'steps' | 'seconds'>> {
  const right = answers.filter(({ given, probabilities }) => {
    const own = probabilities[given] ?? 0;
    return Object.values(probabilities).every((probability) => probability <= own);
  });
  const labels = suspiciousLabels(answers).map(({ index, ...suspicion }): KeptLabel => {
    const { file, row, line, values, target } = rows[index]!;
    const text = prompt.columns.map((column) => values[column]).join(' · ');
    return {
      file: relative(dirname(taskFile), file).split(sep).join('/'),
      row,
      line,
      text: text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text,
      key: textKey(prompt.text(values)),
      given: target,
      ...suspicion,
    };
  });
  // What a person found right stays right.
  const before = await readReview(taskFile).catch(() => null);
  const settled = new Set(
    before?.labels.filter(({ dismissed }) => dismissed).map(({ key, given }) => `${key} ${given}`),
  );
  return {
    version: 1,
    createdAt: new Date().toISOString(),
    rows: rows.length,
    accuracy: right.length / rows.length,
    folds: FOLDS,
    labels: labels.map((label) =>
      settled.has(`${label.key} ${label.given}`) ? { ...label, dismissed: true } : label,
    ),
  };
}

import { reportError, SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { headlineScore } from '../../protocol/metrics';
import type { RunRecord } from '../../protocol/runs';
import { openPromptModel } from '../compile/openPromptModel';
import { namingFullDisk } from '../durableFile';
import { evaluateTuned } from '../evaluation/evaluate';
import { taskReader } from '../evaluation/taskReader';
import { recordLabelWords } from '../prompt/labelWords';
import { fitToContext } from '../task/fitToContext';
import { writeCheckpoint } from '../tuning/checkpoint';
import { initialParameters } from '../tuning/initialise';
import { train } from '../tuning/trainer';
import { encodeTrainingRows, type TrainingRows } from '../tuning/trainingRows';
import { startTraining, type TrainingState } from '../tuning/trainingState';
import { keepContexts } from './keepContexts';
import { describeRows, leftOutRows } from './leftOutRows';
import { Opponents } from './opponents';
import { keepAdapter, testRun } from './testRun';
import { ValidationRows } from './validationPredictions';
import type { Undertaking, Workbench } from './workbench';

/** Label words named in a notice; run.json has them all. */
const MOST_LISTED = 20;

/**
 * From the open folder and model files to the end of a run, whatever it is: finished, stopped by `control`, or failed. Only
 * the last rejects. `state`: of the checkpoint to go on from.
 */
export async function conductRun(undertaking: Undertaking & { state?: TrainingState }): Promise<RunRecord> {
  const { run, control } = undertaking;
  const clock = performance.now() - control.pausedTime;
  const before = run.record.seconds?.total ?? 0;
  const ending = () => {
    const total = before + (performance.now() - control.pausedTime - clock) / 1000;
    const { training = 0, evaluation = 0 } = run.record.seconds ?? {};
    return { endedAt: new Date().toISOString(), seconds: { training, evaluation, total } };
  };
  let held = run.record.state;
  control.onPause = () => {
    held = run.record.state;
    return run.setState('paused');
  };
  control.onContinue = () => run.setState(held);
  try {
    await namingFullDisk(run.folder, () => trainAndTest(undertaking));
    await run.setState('finished', ending());
  } catch (error) {
    if (control.stopped && error instanceof SoftpromptError && error.code === 'cancelled') {
      await run.setState(control.stopped, ending());
    } else {
      // On a full disk this may fail as well; then the caller still hears of it.
      await run.setState('failed', { ...ending(), error: reportError(error) }).catch(() => {});
      throw error;
    }
  } finally {
    control.onPause = undefined;
    control.onContinue = undefined;
    run.close();
  }
  return run.record;
}

async function trainAndTest(undertaking: Undertaking & { state?: TrainingState }): Promise<void> {
  const { run, prepared, source, control, options } = undertaking;
  run.tellPhase('loading model');
  const tokenizer = await source.tokenizer();
  const { precision, precisionReason } = run.record.device;
  if (precisionReason) run.notice(`${precision}: ${precisionReason}.`);
  const model = await openPromptModel(source, {
    precision,
    cacheFolder: options.cacheFolder,
    threads: options.threads,
    onProgress: (done, total) => run.tellPhase('loading model', done, total),
  });
  try {
    model.breathe = control.breathe;
    const opponents = new Opponents(run, model, tokenizer, prepared);
    const bench: Workbench = { ...undertaking, model, tokenizer, opponents };
    const rows = await readRows(bench);
    keepContexts(model, taskReader(prepared, tokenizer), prepared.validation, rows);
    const { method, training } = prepared.task;
    const state =
      undertaking.state ??
      startTraining(
        await initialParameters(model, tokenizer, taskReader(prepared, tokenizer), {
          init: method.init,
          virtualTokens: method.virtualTokens,
          seed: training.seed,
        }),
      );
    await trainPrompt(bench, rows, state);
    await testRun(bench, state);
  } finally {
    await model.close();
  }
}

/** Rows to tokens; what a person should know of it becomes notices. */
async function readRows(bench: Workbench): Promise<TrainingRows> {
  const { run, prepared, tokenizer, control } = bench;
  const { task, train, validation, test, leftOut, warnings } = prepared;
  const reader = taskReader(prepared, tokenizer);
  const rows = await encodeTrainingRows(reader, train, task, async (done, total) => {
    run.tellPhase('reading rows', done, total);
    await control.breathe();
  });
  const heldOut = [...validation, ...test].filter((row) => reader.read(row).cutTokens > 0);
  const cutRows = rows.cutRows + heldOut.length;
  if (leftOut.count > 0) {
    const reasons = Object.entries(leftOut.reasons).map(([reason, count]) => `${reason}: ${count}`);
    const rows = describeRows(leftOutRows(prepared), leftOut.count);
    const why = reasons.join(', ');
    run.notice(
      leftOut.count === 1
        ? l10n`1 row was left out (${why}).`
        : l10n`${leftOut.count} rows were left out (${why}).`,
      rows,
    );
  }
  for (const { message, hint } of warnings) run.notice(message, hint);
  if (cutRows > 0) {
    const { contextLength, kind } = bench.model.config;
    const most = fitToContext({ ...task, limit: contextLength }, contextLength, kind).limit;
    run.notice(
      cutRows === 1
        ? l10n`1 row was cut to ${task.limit} tokens.`
        : l10n`${cutRows} rows were cut to ${task.limit} tokens.`,
      task.limit < most
        ? l10n`Their longest text was cut; raise "limit" in the task file to keep more of it.`
        : l10n`Their longest text was cut; the model's context of ${contextLength} tokens has no room for more.`,
    );
  }
  if (task.target.kind === 'label') {
    const trained = reader.trainedClasses !== undefined;
    const words = recordLabelWords(reader.labels, trained ? 'whole-label' : task.target.score);
    const list = listed(words.map(({ label, word }) => `${label} → ${word.trim()}`));
    run.notice(
      trained
        ? l10n`A class head is trained beside the prompt; its classes start from ${list}.`
        : l10n`Label words: ${list}.`,
    );
    await run.update({ labelWords: words });
  }
  const { record } = run;
  await run.update({ steps: rows.steps, data: { ...record.data, cutRows } });
  return rows;
}

async function trainPrompt(bench: Workbench, rows: TrainingRows, state: TrainingState): Promise<void> {
  const { run, prepared, model, tokenizer, control, opponents, options } = bench;
  const validated = await ValidationRows.from(
    run.files.validationPredictions,
    state.step,
    options.onPredictions?.bind(options),
  );
  const save = async () => {
    const metricsBytes = await run.syncEvents();
    await writeCheckpoint(run.files.checkpoint, { state, metricsBytes });
    await run.update({ seconds: { ...state.seconds, total: run.record.seconds?.total ?? 0 } });
  };
  const pause = control.onPause;
  control.onPause = async () => {
    // In a pause the best prompt so far can be tried.
    if (state.best) await keepAdapter(bench, state.best);
    await pause?.();
    await save();
  };
  await run.setState('training');
  try {
    await train({
      model,
      data: rows,
      settings: prepared.task.training,
      steps: rows.steps,
      state,
      control,
      async validate(prompt, step) {
        // The first loss comes first; the line to beat is there by the first validation after it.
        if (step > 0) await opponents.validateZeroShot();
        const { metrics, predictions } = await evaluateTuned(
          model,
          tokenizer,
          prepared,
          prompt,
          prepared.validation,
          {
            onProgress: (done, total) => run.tellPhase('validating', done, total),
          },
        );
        run.emit({
          type: 'evaluation',
          time: Date.now(),
          step,
          split: 'validation',
          contender: 'tuned',
          metrics,
        });
        await validated.keep(step, opponents.besideZeroShot(predictions));
        return { score: headlineScore(metrics), loss: metrics.loss };
      },
      save,
      emit: (event) => run.emit(event),
    });
  } finally {
    control.onPause = pause;
    // Also of a run that was stopped or has failed, the best prompt so far can be used.
    if (state.best) await keepAdapter(bench, state.best);
  }
}

function listed(items: readonly string[]): string {
  const more = items.length - MOST_LISTED;
  return more > 0 ? l10n`${items.slice(0, MOST_LISTED).join(', ')} and ${more} more` : items.join(', ');
}

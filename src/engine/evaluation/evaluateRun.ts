import { basename, resolve } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Phase } from '../../protocol/phases';
import type { PredictionRecord, RunEvent, RunRecord } from '../../protocol/runs';
import { LIVE_STATES } from '../../protocol/runs';
import { writePredictions } from '../runs/predictionsFile';
import { runFiles } from '../runs/runFolder';
import { holdRun } from '../runs/runHold';
import { readRecord, writeRecord } from '../runs/runRecord';
import { type PreparedTask, prepareResolvedTask } from '../task/prepareTask';
import { RunControl } from '../tuning/runControl';
import { chooseFewShot, chooseZeroShot } from './baselines';
import { compareContenders } from './compare';
import { type EngineOptions, openRun } from './openRun';

export interface EvaluateRunOptions extends EngineOptions {
  /** Other rows than the run's own test rows. */
  file?: string;
  onEvent?: (event: RunEvent) => void;
  signal?: AbortSignal;
}

/**
 * Tests a run's best prompt again, beside the hard prompts. On the run's own test rows the results are kept in its
 * folder, which gives a cancelled run its test; on another file they are only returned.
 *
 * @throws SoftpromptError `run-invalid` while the run is worked on, or where its test rows are not known any more; as openRun does.
 */
export async function evaluateRun(
  folder: string,
  options: EvaluateRunOptions,
): Promise<{ record: RunRecord; predictions: PredictionRecord[] }> {
  const { file, onEvent, signal } = options;
  const emit = (event: RunEvent) => onEvent?.(event);
  const onPhase = (phase: Phase, done: number, total: number) =>
    emit({ type: 'phase', time: Date.now(), phase, done, total });
  const notice = (message: string, hint?: string) =>
    emit({ type: 'notice', time: Date.now(), message, hint });
  await refuseLiveRun(folder);

  onPhase('loading model', 0, 0);
  const { record, model, tokenizer, prompt, close } = await openRun(folder, options);
  try {
    const control = new RunControl();
    signal?.addEventListener('abort', () => control.cancel());
    if (signal?.aborted) control.cancel();
    model.breathe = control.breathe;

    onPhase('reading data', 0, 0);
    const data = file ? { ...record.task.data, test: resolve(file) } : record.task.data;
    const prepared = await prepareResolvedTask({ ...record.task, data }, { signal });
    if (!file) refuseNewSplit(record, prepared);
    const { rows, unknown } = knownRows(prepared, record);
    if (unknown > 0) {
      const message =
        unknown === 1
          ? l10n`1 row has a label that the run does not know.`
          : l10n`${unknown} rows have labels that the run does not know.`;
      notice(message, unknown === 1 ? l10n`It is left out.` : l10n`They are left out.`);
    }
    const progress = (phase: Phase) => ({
      onNotice: notice,
      onProgress: (done: number, total: number) => onPhase(phase, done, total),
    });
    const hardPrompts = [
      await chooseZeroShot(model, tokenizer, prepared, progress('scoring zero-shot')),
      await chooseFewShot(model, tokenizer, prepared, progress('choosing few-shot examples')),
    ].filter((hardPrompt) => hardPrompt !== null);
    for (const hardPrompt of hardPrompts) notice(hardPrompt.notice);

    const step = record.best?.step ?? 0;
    const { predictions, ...compared } = await compareContenders(
      model,
      tokenizer,
      prepared,
      prompt,
      rows,
      hardPrompts,
      {
        onPhase,
        onResult: (contender, metrics) =>
          emit({ type: 'evaluation', time: Date.now(), step, split: 'test', contender, metrics }),
      },
    );
    const tested: RunRecord = { ...record, ...compared };
    if (!file) {
      const release = await holdRun(folder);
      try {
        await refuseLiveRun(folder);
        await writePredictions(runFiles(folder).predictions, predictions);
        await writeRecord(folder, tested);
      } finally {
        await release();
      }
    }
    return { record: tested, predictions };
  } finally {
    await close();
  }
}

/** Keeps to the run's own classes: a class that only this file has was not there to be learned. */
function knownRows(prepared: PreparedTask, { labelWords }: RunRecord) {
  const { test, task } = prepared;
  if (labelWords) prepared.labels = labelWords.map(({ label }) => label);
  const rows = labelWords ? test.filter(({ target }) => prepared.labels.includes(target)) : test;
  if (rows.length === 0) {
    throw new SoftpromptError('data-invalid', l10n`No row has a label that the run knows.`, {
      place: { file: task.data.test ?? task.data.train },
      hint: l10n`Its labels are ${prepared.labels.join(', ')}.`,
    });
  }
  return { rows, unknown: test.length - rows.length };
}

/** Whether the training file is not any more what the run has split: the same seed would part its rows otherwise. */
export function isTrainingChanged({ task, data }: RunRecord, { hashes }: PreparedTask): boolean {
  const { train } = task.data;
  return hashes[train] !== data.hashes[train];
}

/** Test rows that were drawn anew would be rows that the prompt has learned. */
function refuseNewSplit(record: RunRecord, prepared: PreparedTask): void {
  const { train, test } = record.task.data;
  if (test || !isTrainingChanged(record, prepared)) return;
  throw new SoftpromptError(
    'run-invalid',
    l10n`${basename(train)} has changed since the run ${record.id}: which of its rows were kept for the test is not known any more.`,
    {
      place: { file: train },
      hint: l10n`Tune again, evaluate the run on a file of its own, or bring the old file back.`,
    },
  );
}

/** @throws SoftpromptError `run-invalid` while the run is worked on. */
export async function refuseLiveRun(folder: string): Promise<void> {
  const { state, id } = await readRecord(folder);
  if (!LIVE_STATES.includes(state)) return;
  throw new SoftpromptError('run-invalid', l10n`The run ${id} is still going on.`, {
    place: { file: folder },
    hint: l10n`Wait for its end, or cancel it first.`,
  });
}

import { resolve } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Phase } from '../../protocol/phases';
import type { PredictionRecord, RunRecord } from '../../protocol/runs';
import type { ResolvedTask } from '../../protocol/taskFile';
import { type FileEvaluation, writeEvaluation } from '../runs/fileEvaluation';
import { readPredictions } from '../runs/predictionsFile';
import { runFiles } from '../runs/runFolder';
import type { LabelledRow } from '../task/labelledRow';
import { type PreparedTask, prepareResolvedTask } from '../task/prepareTask';
import { RunControl } from '../tuning/runControl';
import { evaluateTuned } from './evaluate';
import { isTrainingChanged, refuseLiveRun } from './evaluateRun';
import { type EngineOptions, openRun } from './openRun';

export interface EvaluateFileOptions extends EngineOptions {
  onPhase?: (phase: Phase, done: number, total: number) => void;
  signal?: AbortSignal;
}

type Split = NonNullable<PredictionRecord['split']>;

/**
 * Has a run's best prompt answer all rows of a file, and keeps the answers in the run's folder. Of a file that the run
 * itself learned from, the rows say on which side of the split they were. Hard prompts are not asked.
 *
 * @throws SoftpromptError `cancelled`; `data-invalid` if no row has a label that the run knows; as openRun does.
 */
export async function evaluateFile(
  folder: string,
  file: string,
  { onPhase, signal, ...engine }: EvaluateFileOptions,
): Promise<FileEvaluation & { unknownLabels: number }> {
  await refuseLiveRun(folder);
  onPhase?.('loading model', 0, 0);
  const { record, model, tokenizer, prompt, close } = await openRun(folder, engine);
  try {
    const control = new RunControl();
    signal?.addEventListener('abort', () => control.cancel());
    if (signal?.aborted) control.cancel();
    model.breathe = control.breathe;

    onPhase?.('reading data', 0, 0);
    const path = resolve(file);
    const { prepared, rows, splits } = await rowsOf(path, record, signal);
    const known = knownLabels(rows, prepared, record);
    const { metrics, predictions } = await evaluateTuned(model, tokenizer, prepared, prompt, known, {
      onProgress: (done, total) => onPhase?.('answering rows', done, total),
    });
    const evaluation: FileEvaluation = {
      file: path,
      hash: prepared.hashes[path]!,
      evaluatedAt: new Date().toISOString(),
      metrics,
    };
    const changed = path === record.task.data.train && isTrainingChanged(record, prepared);
    const tested = changed ? await testedTexts(folder, path) : undefined;
    const placed = predictions.map((prediction, index): PredictionRecord => {
      const split = tested ? (tested.has(prediction.text) ? 'test' : 'train') : splits.get(known[index]!);
      return split ? { ...prediction, split } : prediction;
    });
    await writeEvaluation(folder, evaluation, placed);
    return { ...evaluation, unknownLabels: rows.length - known.length };
  } finally {
    await close();
  }
}

/**
 * Texts that the run was tested on. In a training file that has changed since, they alone are known not to have been learned:
 * split by the same seed, it would have others in its test.
 */
async function testedTexts(folder: string, file: string): Promise<ReadonlySet<string>> {
  const tested = await readPredictions(runFiles(folder).predictions);
  return new Set(tested.filter((row) => row.file === file).map(({ text }) => text));
}

/** All usable rows of the file, in its order, and the run's split where the file is one of its own. */
async function rowsOf(file: string, { task }: RunRecord, signal: AbortSignal | undefined) {
  const { train, validation, test } = task.data;
  const own = [train, validation, test].includes(file);
  const data: ResolvedTask['data'] = own ? task.data : { ...task.data, test: file };
  const evaluation = { ...task.evaluation, maxRows: undefined };
  const prepared = await prepareResolvedTask({ ...task, data, evaluation }, { signal });
  const splits = new Map<LabelledRow, Split>();
  const rows: LabelledRow[] = [];
  for (const split of ['train', 'validation', 'test'] as const) {
    for (const row of prepared[split]) {
      if (row.file !== file) continue;
      rows.push(row);
      if (own) splits.set(row, split);
    }
  }
  return { prepared, rows: rows.sort((a, b) => a.row - b.row), splits };
}

/** Keeps to the run's own classes: one that only this file has was not there to be learned. */
function knownLabels(
  rows: readonly LabelledRow[],
  prepared: PreparedTask,
  { labelWords }: RunRecord,
): readonly LabelledRow[] {
  if (!labelWords) return rows;
  prepared.labels = labelWords.map(({ label }) => label);
  const known = rows.filter(({ target }) => prepared.labels.includes(target));
  if (known.length > 0) return known;
  throw new SoftpromptError('data-invalid', l10n`No row has a label that the run knows.`, {
    place: { file: rows[0]?.file },
    hint: l10n`Its labels are ${prepared.labels.join(', ')}.`,
  });
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DamagedAnswers, DatasetPredictions, RowPrediction } from '../../protocol/dataset';
import type { PredictionRecord, RunRecord } from '../../protocol/runs';
import type { Dataset } from '../data/dataset';
import { indexOfRow } from '../data/findRows';
import { taskPrompt } from '../prompt/taskPrompt';
import { readEvaluation } from './fileEvaluation';
import { runFiles } from './runFolder';
import { readRecord } from './runRecord';
import { type Damage, savedAnswers } from './savedAnswers';

/** Above this many rows only the predicted label's probability is handed on. */
const MOST_WITH_PROBABILITIES = 20_000;
/** Probabilities of a row that are handed on, largest first. */
const MOST_PROBABILITIES = 6;

/**
 * What the first of the runs that looked at this dataset answered to its rows as they are now. An evaluation of the file as
 * a whole counts more than a test on some of its rows, unless the run has another prompt since. Answers that would count more
 * but cannot be read are named in `damaged`.
 */
export async function readFilePredictions(
  dataset: Dataset,
  runs: readonly string[],
): Promise<{ found: DatasetPredictions | null; damaged: DamagedAnswers[] }> {
  const damaged: DamagedAnswers[] = [];
  for (const run of runs) {
    const told = (damage: Damage) => damaged.push({ run, ...damage });
    const found = await predictionsOf(run, dataset.file, told).catch(() => null);
    if (!found) continue;
    const { record, hash, predictions } = found;
    const rows = stillTrue(predictions, dataset, record, hash === dataset.hash);
    if (rows.length === 0) continue;
    const { task } = record;
    const stale = predictions.length - rows.length;
    const kind = task.target.kind;
    return { found: { run, task: task.name, taskFile: task.file, kind, rows, stale }, damaged };
  }
  return { found: null, damaged };
}

interface Found {
  record: RunRecord;
  /** Of the file when it was read. */
  hash: string | undefined;
  predictions: PredictionRecord[];
}

async function predictionsOf(
  run: string,
  file: string,
  onDamage: (damage: Damage) => void,
): Promise<Found | null> {
  const record = await readRecord(run);
  const evaluation = await readEvaluation(run, file);
  if (evaluation?.damage) onDamage(evaluation.damage);
  else if (evaluation && Date.parse(evaluation.evaluatedAt) >= (await promptTime(run))) {
    return { record, hash: evaluation.hash, predictions: evaluation.predictions };
  }
  const hash = record.data.hashes[file];
  if (hash === undefined) return null;
  const tested = await savedAnswers(runFiles(run).predictions, record.results.tuned?.rows);
  if (tested.damage) onDamage(tested.damage);
  const own = tested.predictions.filter((row) => row.file === file);
  const split = 'test' as const;
  return own.length > 0 ? { record, hash, predictions: own.map((row) => ({ ...row, split })) } : null;
}

/** When the run's best prompt was written, in milliseconds since 1970. */
async function promptTime(run: string): Promise<number> {
  const adapter = join(runFiles(run).adapter, 'adapter_model.safetensors');
  return (await stat(adapter).catch(() => null))?.mtimeMs ?? 0;
}

/** Predictions whose rows still read the same, by where these stand now, each judged by the label that it has now. */
function stillTrue(
  predictions: readonly PredictionRecord[],
  dataset: Dataset,
  { task }: RunRecord,
  unchanged: boolean,
): RowPrediction[] {
  const columns = taskPrompt(task).columns;
  const find = rowFinder(dataset, columns);
  const withProbabilities = predictions.length <= MOST_WITH_PROBABILITIES;
  const rows: RowPrediction[] = [];
  for (const prediction of predictions) {
    const index = find(prediction, unchanged);
    if (index === undefined) continue;
    const { row, line, values } = dataset.rowAt(index);
    const expected = values[task.target.column]?.trim() ?? '';
    const { predicted, confidence, probabilities, split } = prediction;
    // A label that was set right since makes the prediction right; an answer in words is judged anew by an evaluation only.
    if (task.target.kind === 'text' && expected !== prediction.expected) continue;
    rows.push({
      row,
      line,
      endLine: dataset.endLineAt(index),
      expected,
      predicted,
      correct: task.target.kind === 'label' ? predicted === expected : prediction.correct,
      confidence,
      ...(probabilities && withProbabilities && { probabilities: largest(probabilities, expected) }),
      ...(split && { split }),
    });
  }
  return rows.sort((a, b) => a.line - b.line);
}

/** Finds a prediction's row: at its number if it reads the same there, else, in a file that has changed, by its text. */
function rowFinder(dataset: Dataset, columns: readonly string[]) {
  const [column] = columns;
  const cells = column !== undefined && columns.length === 1 ? dataset.column(column) : undefined;
  // Without an index where several rows have the text: which of them it was is not known.
  let byText: Map<string, number | undefined> | undefined;
  const indexTexts = (): Map<string, number | undefined> => {
    const texts = new Map<string, number | undefined>();
    for (const [index, cell] of (cells ?? []).entries()) texts.set(cell, texts.has(cell) ? undefined : index);
    return texts;
  };
  return (prediction: PredictionRecord, unchanged: boolean): number | undefined => {
    const index = indexOfRow(dataset, prediction.row);
    if (unchanged) return index;
    if (index !== undefined && readsTheSame(prediction, dataset.rowAt(index).values, columns)) return index;
    if (!cells) return undefined;
    byText ??= indexTexts();
    return byText.get(prediction.text);
  };
}

/** Predictions keep the text of a simple prompt's one column, else the prompt as it was read. */
function readsTheSame(
  { text, cutTokens }: PredictionRecord,
  values: Readonly<Record<string, string>>,
  columns: readonly string[],
): boolean {
  const [column] = columns;
  if (column !== undefined && columns.length === 1) return values[column] === text;
  return cutTokens === 0 && columns.every((name) => text.includes((values[name] ?? '').trim()));
}

/** The largest probabilities, and that of the label that was expected. */
function largest(probabilities: Readonly<Record<string, number>>, expected: string): Record<string, number> {
  const ordered = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  return Object.fromEntries(
    ordered.filter(([label], place) => place < MOST_PROBABILITIES || label === expected),
  );
}

import { basename } from 'node:path';
import type { Problem } from '../../protocol/dataset';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { ResolvedTask, TaskFile } from '../../protocol/taskFile';
import type { Dataset, LeftOut } from '../data/dataset';
import { ProblemList } from '../data/problems';
import { readDataset } from '../data/readDataset';
import { type SplitRow, sampleRows, splitRows } from '../data/split';
import { textKey } from '../data/textKey';
import { type TaskPrompt, taskPrompt } from '../prompt/taskPrompt';
import { didYouMean } from '../suggestName';
import { compareSplits, type Splits, type Warning } from './compareSplits';
import { Exclusions, type UnmatchedRow } from './exclusions';
import type { LabelledRow } from './labelledRow';
import { parseTask, problemError, readTaskText } from './readTask';
import { dataFiles, resolveTask } from './resolveTask';
import { TaskDataError, withPlace } from './taskErrors';

/** A task with its rows: everything that a run needs but the model. */
export interface PreparedTask {
  task: ResolvedTask;
  prompt: TaskPrompt;
  train: LabelledRow[];
  validation: LabelledRow[];
  test: LabelledRow[];
  /** The classes of all rows, sorted; empty for free text. */
  labels: string[];
  /** sha256 of each dataset file, by absolute path. */
  hashes: Record<string, string>;
  problems: Problem[];
  /** What a run should say about its rows as a whole. */
  warnings: Warning[];
  leftOut: LeftOut;
  /** Rows that the task file leaves out. */
  excluded: RowPlace[];
  /** Rows that the task file names, but that read otherwise or are not there. */
  unmatched: UnmatchedRow[];
}

export type RowPlace = Pick<LabelledRow, 'file' | 'line' | 'row'>;

export interface PrepareOptions {
  signal?: AbortSignal;
  /** Hands out datasets that are open already. */
  read?: typeof readDataset;
}

/** @throws SoftpromptError `task-invalid` or `data-invalid`, with place. */
export async function prepareTask(
  file: string,
  options: PrepareOptions & { text?: string } = {},
): Promise<PreparedTask> {
  const { task, problems, text } = parseTask(options.text ?? (await readTaskText(file)), file);
  if (!task) throw problemError(problems[0]!);
  return prepareParsedTask(task, file, options).catch((error) => {
    throw withPlace(error, text);
  });
}

/** The same from a task file that was parsed already; errors know their path in it, but no line. */
export async function prepareParsedTask(
  task: TaskFile,
  file: string,
  options: PrepareOptions = {},
): Promise<PreparedTask> {
  const { read = readDataset } = options;
  const train = await read(dataFiles(task, file).train, options);
  requireRows(train);
  return prepareRows(resolveTask(task, file, train), train, options);
}

/** The same for a task that was resolved before, as in run.json: the same rows again, if the files are the same. */
export async function prepareResolvedTask(
  task: ResolvedTask,
  options: PrepareOptions = {},
): Promise<PreparedTask> {
  const { read = readDataset } = options;
  return prepareRows(task, await read(task.data.train, options), options);
}

async function prepareRows(
  task: ResolvedTask,
  train: Dataset,
  options: PrepareOptions,
): Promise<PreparedTask> {
  const prompt = taskPrompt(task);
  const collected = new Rows(task, prompt);
  const { data } = task;
  const { read = readDataset } = options;

  const trainRows = collected.take(train);
  const validationRows = data.validation && collected.take(await read(data.validation, options));
  const testRows = data.test && collected.take(await read(data.test, options));

  const split = splitRows(
    trainRows.map((row): SplitRow => ({ stratum: stratum(task, row), key: rowKey(prompt, row) })),
    { validation: validationRows ? 0 : data.split.validation, test: testRows ? 0 : data.split.test },
    data.split.seed,
  );
  const pick = (rows: readonly LabelledRow[], indices: readonly number[]) => indices.map((i) => rows[i]!);
  // Left out only now: the split and the draw of test rows are the same with and without them, for all other rows.
  const used = (rows: readonly LabelledRow[]) => rows.filter((row) => !collected.excluded.has(row));
  const prepared = {
    train: pick(trainRows, split.train),
    validation: validationRows || pick(trainRows, split.validation),
    test: testRows || pick(trainRows, split.test),
  };
  const { maxRows } = task.evaluation;
  if (maxRows !== undefined) {
    const drawn = sampleRows(
      prepared.test.map((row) => stratum(task, row)),
      maxRows,
      data.split.seed,
    );
    prepared.test = pick(prepared.test, drawn);
  }
  for (const side of ['train', 'validation', 'test'] as const) prepared[side] = used(prepared[side]);
  const all = [...prepared.train, ...prepared.validation, ...prepared.test];
  const labels = task.target.kind === 'label' ? [...new Set(all.map((row) => row.target))].sort() : [];
  checkRows(task, prepared, labels);
  const { problems, warnings } = compareSplits(prepared, (row) => rowKey(prompt, row), labels.length > 0);
  return {
    task,
    prompt,
    ...prepared,
    labels,
    hashes: collected.hashes,
    problems: [...collected.problems(), ...problems],
    warnings: [...warnings, ...unmatchedWarning(collected.unmatched)],
    leftOut: collected.leftOut,
    excluded: collected.excludedPlaces,
    unmatched: collected.unmatched,
  };
}

/** Without rows there are no columns to speak of: what else is wrong would mislead. */
function requireRows({ file, problems }: Dataset): void {
  const noRows = problems.find((problem) => problem.kind === 'no-rows');
  if (!noRows) return;
  const badRow = problems.find((problem) => problem.kind === 'bad-row');
  throw new SoftpromptError('data-invalid', noRows.message, {
    place: { file },
    hint: badRow && l10n`Line ${badRow.place.line ?? 1}: ${badRow.message}`,
  });
}

/** Datasets to rows: those without text or target, and those that the task excludes, are left out and counted. */
class Rows {
  readonly hashes: Record<string, string> = {};
  readonly leftOut: LeftOut = { count: 0, reasons: {} };
  /** Rows that `take` gives for the split alone. */
  readonly excluded = new Set<LabelledRow>();
  readonly excludedPlaces: RowPlace[] = [];
  readonly unmatched: UnmatchedRow[] = [];
  private readonly found: Problem[] = [];
  private readonly unusable = new ProblemList();

  constructor(
    private readonly task: ResolvedTask,
    private readonly prompt: TaskPrompt,
  ) {}

  take(dataset: Dataset): LabelledRow[] {
    const { file } = dataset;
    this.hashes[file] = dataset.hash;
    this.found.push(...dataset.problems.filter((problem) => problem.kind !== 'no-rows'));
    for (const [reason, count] of Object.entries(dataset.leftOut.reasons)) this.count(reason, count);
    this.checkColumns(dataset);
    const { column } = this.task.target;
    const kept: LabelledRow[] = [];
    const exclusions = new Exclusions(this.task.data.exclude?.[file] ?? {}, this.prompt.columns);
    for (let i = 0; i < dataset.length; i++) {
      const { row, line, values } = dataset.rowAt(i);
      const target = values[column]!.trim();
      const empty = this.prompt.columns.every((name) => values[name]!.trim() === '');
      const excluded = exclusions.take(row, values);
      if (excluded) {
        this.count(l10n`excluded`, 1);
        this.excludedPlaces.push({ file, line, row });
        if (target === '' || empty) continue;
      }
      const place = { file, line, row };
      if (target === '') this.leaveOut(place, 'missing-label', l10n`no target`, l10n`"${column}" is empty.`);
      else if (empty) this.leaveOut(place, 'empty-text', l10n`no text`, l10n`The row has no text.`);
      else {
        const labelled = { row, line, file, values: this.holes(values), target };
        kept.push(labelled);
        if (excluded) this.excluded.add(labelled);
      }
    }
    this.unmatched.push(...exclusions.unmatched(dataset));
    return kept;
  }

  problems(): Problem[] {
    return [...this.found, ...this.unusable.list()];
  }

  private holes(values: Record<string, string>): Record<string, string> {
    return Object.fromEntries(this.prompt.columns.map((name) => [name, values[name]!]));
  }

  private leaveOut(place: RowPlace, kind: Problem['kind'], reason: string, message: string): void {
    this.count(reason, 1);
    this.unusable.add({ severity: 'warning', kind, message: l10n`${message} The row is left out.`, place });
  }

  private count(reason: string, rows: number): void {
    this.leftOut.count += rows;
    this.leftOut.reasons[reason] = (this.leftOut.reasons[reason] ?? 0) + rows;
  }

  private checkColumns({ file, columns }: Dataset): void {
    const { data, target } = this.task;
    const isTrain = file === data.train;
    const lacks = (column: string): string =>
      isTrain
        ? l10n`The dataset has no column "${column}".`
        : l10n`"${basename(file)}" has no column "${column}".`;
    const dataPath = ['data', file === data.test ? 'test' : 'validation'];
    for (const { column, offset, path } of this.prompt.holes) {
      if (columns.includes(column)) continue;
      throw new TaskDataError(lacks(column), isTrain ? path : dataPath, {
        place: { file: this.task.file },
        hint: didYouMean(column, columns),
        offset: isTrain ? offset : undefined,
      });
    }
    if (!columns.includes(target.column)) {
      throw new TaskDataError(lacks(target.column), isTrain ? ['target'] : dataPath, {
        place: { file: this.task.file },
        hint: didYouMean(target.column, columns),
      });
    }
  }
}

function stratum({ target }: ResolvedTask, row: LabelledRow): string {
  return target.kind === 'label' ? row.target : '';
}

function rowKey(prompt: TaskPrompt, row: LabelledRow): number {
  return textKey(prompt.text(row.values));
}

function unmatchedWarning({ length }: readonly UnmatchedRow[]): Warning[] {
  if (length === 0) return [];
  return [
    {
      message:
        length === 1
          ? l10n`1 row that the task excludes is not in the dataset as written, and not left out.`
          : l10n`${length} rows that the task excludes are not in the dataset as written, and not left out.`,
      hint: l10n`The dataset has changed since. Open the task file to see which.`,
    },
  ];
}

/** What makes a run impossible. */
function checkRows({ data, target }: ResolvedTask, splits: Splits, labels: readonly string[]): void {
  const fail = (message: string, file: string, hint?: string) => {
    throw new SoftpromptError('data-invalid', message, { place: { file }, hint });
  };
  if (splits.train.length === 0) fail(l10n`No rows are left to learn from.`, data.train);
  const hint = l10n`Add rows, give a file, or raise the part in "data": { "split": … }.`;
  if (splits.validation.length === 0)
    fail(l10n`No rows are left for validation.`, data.validation ?? data.train, hint);
  if (splits.test.length === 0) fail(l10n`No rows are left for the test.`, data.test ?? data.train, hint);
  if (target.kind === 'label' && labels.length < 2) {
    fail(
      l10n`All rows have the same ${target.column}: "${labels[0]!}".`,
      data.train,
      l10n`Two classes are needed at least.`,
    );
  }
}

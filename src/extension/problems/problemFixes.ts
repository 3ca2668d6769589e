import { basename } from 'node:path';
import { l10n } from 'vscode';
import type { Problem } from '../../protocol/dataset';
import type { Place } from '../../protocol/errors';
import type { RowsOfTask } from './excludeRows';
import type { DatasetFindings } from './mergeProblems';

/** A place to be opened, as a command's argument. */
export interface PlaceTarget extends Place {
  kind: 'link';
}

/** Something to do about problems of rows, without a change to the dataset. */
export interface ProblemFix {
  title: string;
  /** Kinds of the problems that it mends. */
  kinds: readonly string[];
  target: RowsOfTask | PlaceTarget;
  preferred?: boolean;
}

/** Kinds of problems that no row is to blame for, or that leave the row out already. */
const NO_ROWS_FAULT = new Set(['bad-row', 'rare-class', 'similar-labels', 'column-name']);
/** Mended in the task file. */
const TASKS_FAULT = new Set(['unknown-label']);

/** What can be done about the problems in these lines of a dataset (from 1, both ends included), by the tasks that use it. */
export function problemFixes(
  file: string,
  { problems, excluded }: DatasetFindings,
  lines: { first: number; last: number },
  taskFiles: readonly string[],
): ProblemFix[] {
  const touched = ({ line }: Place): boolean =>
    line !== undefined && lines.first <= line && line <= lines.last;
  const here = problems.filter(({ place }) => touched(place));
  const blamed = here.filter(isRowsFault);
  return [
    ...excludeHere(file, blamed, taskFiles),
    ...here.flatMap(openRelated),
    ...excludeAlike(file, problems, blamed, taskFiles),
    ...takeBack(file, excluded.filter(touched), taskFiles),
  ];
}

function excludeHere(file: string, blamed: readonly Problem[], taskFiles: readonly string[]): ProblemFix[] {
  if (blamed.length === 0) return [];
  return taskFiles.map((taskFile) => ({
    title: l10n.t('Exclude this row in {0}', basename(taskFile)),
    kinds: blamed.map(({ kind }) => kind),
    target: { kind: 'rows', taskFile, file, rows: rowsOf(blamed) },
    preferred: taskFiles.length === 1,
  }));
}

function openRelated({ kind, related }: Problem): ProblemFix[] {
  if (!related?.file) return [];
  const [name, line] = [basename(related.file), `${related.line ?? 1}`];
  const title = TASKS_FAULT.has(kind)
    ? l10n.t('Open the task file at its label words ({0}:{1})', name, line)
    : l10n.t('Open the other place ({0}:{1})', name, line);
  return [{ title, kinds: [kind], target: { ...related, kind: 'link' } }];
}

/** All rows with a problem of this kind; more than are listed there may be, which come up when these are gone. */
function excludeAlike(
  file: string,
  problems: readonly Problem[],
  blamed: readonly Problem[],
  taskFiles: readonly string[],
): ProblemFix[] {
  return [...new Set(blamed.map(({ kind }) => kind))].flatMap((kind) => {
    const rows = rowsOf(problems.filter((problem) => problem.kind === kind && isRowsFault(problem)));
    if (rows.length < 2) return [];
    return taskFiles.map(
      (taskFile): ProblemFix => ({
        title: l10n.t(
          'Exclude all {0} rows of this kind ({1}) in {2}',
          rows.length,
          kind,
          basename(taskFile),
        ),
        kinds: [kind],
        target: { kind: 'rows', taskFile, file, rows },
      }),
    );
  });
}

function takeBack(
  file: string,
  excluded: DatasetFindings['excluded'],
  taskFiles: readonly string[],
): ProblemFix[] {
  if (excluded.length === 0) return [];
  const rows = excluded.map(({ row }) => row);
  return taskFiles.map((taskFile) => ({
    title: l10n.t('Use this row again in {0}', basename(taskFile)),
    kinds: ['excluded'],
    target: { kind: 'rows', taskFile, file, rows, include: true },
  }));
}

function isRowsFault({ kind, place }: Problem): boolean {
  return place.row !== undefined && !NO_ROWS_FAULT.has(kind);
}

const rowsOf = (problems: readonly Problem[]): number[] => [
  ...new Set(problems.flatMap(({ place }) => place.row ?? [])),
];

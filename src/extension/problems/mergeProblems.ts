import type { Problem } from '../../protocol/dataset';
import type { TaskCheck } from '../../protocol/requests';

/** A row that no task wants, and what is wrong with the others. */
export interface DatasetFindings {
  problems: Problem[];
  excluded: { line: number; row: number }[];
}

/** What a task knows better than a look at the file alone. */
const TASKS_CONCERN = new Set(['missing-label', 'empty-text', 'one-class']);
/** What matters where rows are learned from alone: a test file is small by nature. */
const TRAINING_CONCERN = new Set(['rare-class']);
/** What a look at the file finds under the label column that it guesses. */
const LABELS_CONCERN = new Set(['duplicate', 'contradiction', 'rare-class', 'similar-labels']);

/**
 * What a look at the file and the tasks that use it find in it, each once. A row is excluded where all of these tasks leave it
 * out: then nothing is wrong with it any more.
 */
export function mergeProblems(
  file: string,
  inspected: { problems: readonly Problem[]; target?: string },
  checks: readonly TaskCheck[],
): DatasetFindings {
  const read = checks.filter(({ task }) => task !== undefined);
  const targets = read.map(({ task }) => task!.target.column);
  const excluded = read.length === 0 ? [] : read.map((check) => rowsLeftOut(check, file)).reduce(common);
  const gone = new Set(excluded.map(({ row }) => row));
  const isGone = (place: Problem['place'] | undefined): boolean =>
    place?.file === file && place.row !== undefined && gone.has(place.row);

  const ofTasks = checks.flatMap(({ problems }) => problems.filter(({ place }) => place.file === file));
  const ofFile = inspected.problems.filter(({ kind }) => {
    if (read.length === 0) return true;
    if (TASKS_CONCERN.has(kind)) return false;
    if (TRAINING_CONCERN.has(kind) && !read.some(({ task }) => task!.data.train === file)) return false;
    return !LABELS_CONCERN.has(kind) || inspected.target === undefined || targets.includes(inspected.target);
  });
  const once = new Map<string, Problem>();
  for (const problem of [...ofTasks, ...ofFile]) {
    const { kind, place, message, related } = problem;
    if (isGone(place) || isGone(related)) continue;
    const key = place.line === undefined ? `${kind} ${message}` : `${kind} ${place.line}`;
    if (!once.has(key)) once.set(key, problem);
  }
  const problems = [...once.values()].sort((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0));
  return { problems, excluded };
}

type Rows = DatasetFindings['excluded'];

function rowsLeftOut({ excluded = [] }: TaskCheck, file: string): Rows {
  return excluded.filter((row) => row.file === file).map(({ line, row }) => ({ line, row }));
}

function common(one: Rows, other: Rows): Rows {
  const rows = new Set(other.map(({ row }) => row));
  return one.filter(({ row }) => rows.has(row));
}

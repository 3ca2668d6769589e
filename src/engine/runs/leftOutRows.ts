import { basename } from 'node:path';
import { l10n } from '../../protocol/l10n';
import type { RunRecord } from '../../protocol/runs';
import { MAX_LISTED_PROBLEMS } from '../data/limits';
import type { PreparedTask } from '../task/prepareTask';

type LeftOutRow = NonNullable<RunRecord['data']['leftOut']['rows']>[number];

/** Problems that cost a row, by their kind: bytes that are no row, rows without label or text. */
const COSTS_A_ROW = new Set(['bad-row', 'missing-label', 'empty-text']);

/** Rows that a notice lists; run.json has more of them. */
const MOST_LISTED = 5;

/** The rows that a run leaves out, with their places. */
export function leftOutRows({
  problems,
  excluded,
}: Pick<PreparedTask, 'problems' | 'excluded'>): LeftOutRow[] {
  const unusable = problems.flatMap(({ kind, message, place: { file, line } }) =>
    COSTS_A_ROW.has(kind) && file && line ? [{ file, line, message }] : [],
  );
  const unwanted = excluded.map(({ file, line }) => ({
    file,
    line,
    message: l10n`Excluded in the task file.`,
  }));
  return [...unusable, ...unwanted.slice(0, MAX_LISTED_PROBLEMS)];
}

/** `train.csv:12: "label" is empty. …`, a line each. */
export function describeRows(rows: readonly LeftOutRow[], count: number): string {
  const listed = rows.slice(0, MOST_LISTED);
  const lines = listed.map(({ file, line, message }) => `${basename(file)}:${line}: ${message}`);
  const more = count - listed.length;
  return [...lines, ...(more > 0 ? [l10n`and ${more} more, listed in run.json`] : [])].join('\n');
}

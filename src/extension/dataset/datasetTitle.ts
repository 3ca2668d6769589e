import { l10n } from 'vscode';
import type { ColumnSummary, DatasetPredictions, DatasetSummary } from '../../protocol/dataset';
import { dotted, iconText } from '../iconText';
import { count, formatCount, percent } from '../wording';
import { clip, wholePercent } from './shortText';

/** Classes that a lens names. */
const NAMED_CLASSES = 4;
const LONGEST_NAME = 24;
/** Up to this ratio of the largest class to the smallest they are of a size, and from that on unevenly large. */
const BALANCED = 1.5;
const UNEVEN = 4;

/**
 * `412 rows · 3 columns · 2 warnings · 6 classes in category, uneven 12 : 1: billing 40 %, account 17 %, …`. The classes come
 * last: in a narrow editor the end is cut.
 */
export function datasetTitle({ rows, columns, suggested, problems }: DatasetSummary): string {
  const parts = [count(rows, 'row'), count(columns.length, 'column')];
  const [errors, warnings] = problemCounts(problems);
  if (errors) parts.push(iconText('error', count(errors, 'error')));
  if (warnings) parts.push(iconText('warning', count(warnings, 'warning')));
  const target = columns.find(({ name }) => name === suggested?.target);
  if (target?.classes) parts.push(classesTitle(target));
  return dotted(parts);
}

/** How many errors and warnings there are. */
export function problemCounts(problems: DatasetSummary['problems']): [errors: number, warnings: number] {
  const of = (kind: string): number => problems.filter(({ severity }) => severity === kind).length;
  return [of('error'), of('warning')];
}

function classesTitle({ name, classes = [], distinct }: ColumnSummary): string {
  const total = classes.reduce((sum, { count }) => sum + count, 0);
  const named = classes.slice(0, NAMED_CLASSES);
  const share = named.some(({ value }) => /\d$/.test(value)) ? bracketed : plain;
  const shares = named.map(({ value, count }) =>
    share(clip(value, LONGEST_NAME), wholePercent(count / total)),
  );
  if (distinct > shares.length) shares.push('…');
  const number = count(distinct, 'class');
  const listed = shares.join(', ');
  const ratio = (classes[0]?.count ?? 0) / (classes.at(-1)?.count ?? 1);
  if (classes.length > 1 && ratio <= BALANCED) {
    return l10n.t('{0} in {1}, balanced: {2}', number, name, listed);
  }
  if (ratio >= UNEVEN) {
    return l10n.t('{0} in {1}, uneven {2} : 1: {3}', number, name, formatCount(Math.round(ratio)), listed);
  }
  return l10n.t('{0} in {1}: {2}', number, name, listed);
}

const plain = (name: string, share: string): string => `${name} ${share}`;
/** Where a name ends in a digit: `5 20 %` could be read as one number. */
const bracketed = (name: string, share: string): string => `${name} (${share})`;

/** Each class with its rows, for a lens's tooltip. */
export function classCounts({ columns, suggested }: DatasetSummary): string {
  const classes = columns.find(({ name }) => name === suggested?.target)?.classes ?? [];
  return classes
    .slice(0, 30)
    .map(({ value, count: rows }) => `${clip(value, 60)}: ${count(rows, 'row')}`)
    .join('\n');
}

/** `Evaluate`, and what the last evaluation found: `Evaluate · 91.2 % right, 44 wrong`. */
export function evaluateTitle(predictions: DatasetPredictions | undefined): string {
  if (!predictions) return l10n.t('Evaluate');
  const { rows } = predictions;
  const right = rightOf(rows);
  const wrong = formatCount(rows.length - right);
  const heldOutShare = shareOfHeldOut(rows);
  if (heldOutShare === undefined) {
    return l10n.t('Evaluate · {0} right, {1} wrong', percent(right / rows.length), wrong);
  }
  return l10n.t(
    'Evaluate · {0} right, {1} wrong · {2} on held-out rows',
    percent(right / rows.length),
    wrong,
    percent(heldOutShare),
  );
}

/** How many of the held-out rows are right, from 0 to 1, where there are others beside them. */
export function shareOfHeldOut(rows: readonly Row[]): number | undefined {
  const held = heldOut(rows);
  return held.length === 0 || held.length === rows.length ? undefined : rightOf(held) / held.length;
}

/** What the figures of the lens are about. */
export function evaluateTooltip(predictions: DatasetPredictions | undefined): string {
  if (!predictions) return l10n.t('Have the tuned prompt answer every row of this file');
  const { rows, task, stale } = predictions;
  const held = heldOut(rows);
  const sentences = [l10n.t('“{0}” answered {1} of this file.', task, count(rows.length, 'row'))];
  if (held.length > 0 && held.length < rows.length) {
    sentences.push(
      l10n.t(
        'The prompt was tuned or chosen on {0} of them: only what it does on the other {1} says how good it is.',
        formatCount(rows.length - held.length),
        formatCount(held.length),
      ),
    );
  }
  if (stale > 0) sentences.push(l10n.t('{0} changed since and not shown.', count(stale, 'row')));
  sentences.push(l10n.t('Click to have it answer every row again.'));
  return sentences.join('\n');
}

type Row = DatasetPredictions['rows'][number];

const rightOf = (rows: readonly Row[]): number => rows.filter(({ correct }) => correct).length;

/** Rows that the prompt was neither tuned nor chosen on; all of a file that the run did not learn from. */
function heldOut(rows: readonly Row[]): Row[] {
  return rows.filter(({ split }) => split === undefined || split === 'test');
}

import { l10n } from 'vscode';
import type { ColumnSummary } from '../../protocol/dataset';
import { count, fixed, formatCount } from '../wording';
import { bar, code, codeBlock, columnsOfText } from './markdown';
import { clip, wholePercent } from './shortText';

const SHOWN_CLASSES = 12;
const BAR_WIDTH = 16;
const LONGEST_CLASS = 40;

const KINDS: Readonly<Record<ColumnSummary['kind'], () => string>> = {
  class: () => l10n.t('classes'),
  text: () => l10n.t('text'),
  number: () => l10n.t('numbers'),
  empty: () => l10n.t('empty'),
};

/** A column's summary as Markdown: kind, figures, classes as bars, examples. */
export function columnHoverText(column: ColumnSummary, rows: number): string {
  const { name, kind, distinct, missing, meanLength, classes, examples } = column;
  const facts = [
    l10n.t('{0} distinct', formatCount(distinct)),
    missing > 0
      ? l10n.t('{0} of {1} missing', formatCount(missing), count(rows, 'row'))
      : l10n.t('none of {0} missing', count(rows, 'row')),
  ];
  if (kind !== 'empty') facts.push(l10n.t('mean length {0} characters', fixed(meanLength, 1)));
  const parts = [`**${l10n.t('Column')} ${code(name)}** · ${KINDS[kind]()}`, facts.join(' · ')];
  if (classes?.length) parts.push(codeBlock(classBars(classes)));
  else if (examples.length > 0) {
    parts.push(codeBlock(examples.map((example) => clip(example, 120)).join('\n')));
  }
  return parts.join('\n\n');
}

function classBars(classes: NonNullable<ColumnSummary['classes']>): string {
  const total = classes.reduce((sum, { count }) => sum + count, 0);
  const most = classes[0]!.count;
  const shown = classes
    .slice(0, SHOWN_CLASSES)
    .map(({ value, count }) => [
      clip(value, LONGEST_CLASS),
      bar(count / most, BAR_WIDTH),
      formatCount(count),
      wholePercent(count / total),
    ]);
  const table = columnsOfText(shown, [2, 3]);
  const more = classes.length - shown.length;
  return more > 0 ? `${table}\n${l10n.t('… and {0} more', formatCount(more))}` : table;
}

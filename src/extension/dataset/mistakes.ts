import { l10n } from 'vscode';
import type { DatasetPredictions, RowPrediction } from '../../protocol/dataset';
import { formatCount } from '../wording';
import { clip, wholePercent } from './shortText';

export interface Mistake {
  row: RowPrediction;
  /** Which of all mistakes, from 1. */
  number: number;
  of: number;
}

/**
 * The next mistake after the row that a line (from 1) belongs to, or the one before it; behind the last comes the first.
 * Undefined where all is right.
 */
export function findMistake(
  rows: readonly RowPrediction[],
  line: number,
  direction: 'next' | 'previous',
): Mistake | undefined {
  const mistakes = rows.filter(({ correct }) => !correct).sort((a, b) => a.line - b.line);
  if (mistakes.length === 0) return undefined;
  const found =
    direction === 'next'
      ? mistakes.findIndex((row) => row.line > line)
      : mistakes.findLastIndex((row) => row.endLine < line);
  const index = found >= 0 ? found : direction === 'next' ? 0 : mistakes.length - 1;
  return { row: mistakes[index]!, number: index + 1, of: mistakes.length };
}

/** `Mistake 3 of 12: expected billing, predicted refund (84 %)`. */
export function mistakeText({ row, number, of }: Mistake, kind: DatasetPredictions['kind']): string {
  const [expected, predicted] = [clip(row.expected, 40), clip(row.predicted, 40) || l10n.t('nothing')];
  const [n, all] = [formatCount(number), formatCount(of)];
  if (kind === 'text') {
    return l10n.t('Mistake {0} of {1}: expected {2}, it wrote {3}', n, all, expected, predicted);
  }
  const share = wholePercent(row.confidence);
  return l10n.t('Mistake {0} of {1}: expected {2}, predicted {3} ({4})', n, all, expected, predicted, share);
}

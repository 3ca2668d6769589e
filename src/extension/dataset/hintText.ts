import { l10n } from 'vscode';
import type { DatasetPredictions, RowFacts, RowPrediction } from '../../protocol/dataset';
import { count, formatCount } from '../wording';
import { clip, wholePercent } from './shortText';

/** What is known of a row that ends in a line. */
export interface HintedRow {
  /** Counts from 1. */
  endLine: number;
  facts?: RowFacts;
  prediction?: RowPrediction;
}

const LONGEST_ANSWER = 32;

/** Rows by the line that they end in; both lists are in the order of lines. */
export function hintedRows(
  facts: readonly RowFacts[],
  predictions: readonly RowPrediction[],
  { firstLine, lastLine }: { firstLine: number; lastLine: number },
): HintedRow[] {
  const rows = new Map<number, HintedRow>();
  const at = (endLine: number): HintedRow => {
    const row = rows.get(endLine) ?? { endLine };
    rows.set(endLine, row);
    return row;
  };
  const inView = (row: { endLine: number }): boolean => row.endLine >= firstLine && row.endLine <= lastLine;
  for (const row of facts) if (inView(row)) at(row.endLine).facts = row;
  for (const row of predictions) if (inView(row)) at(row.endLine).prediction = row;
  return [...rows.values()].sort((a, b) => a.endLine - b.endLine);
}

/** What stands behind a row: `✗ refund 84 % · 42 tokens · ✂ 12`; empty where nothing is known. */
export function hintText({ facts, prediction }: HintedRow, kind: DatasetPredictions['kind']): string {
  const parts: string[] = [];
  if (prediction) {
    const { correct, predicted, confidence } = prediction;
    const answer = `${correct ? '✓' : '✗'} ${clip(predicted, LONGEST_ANSWER) || l10n.t('nothing')}`;
    // Of free text it is the expected answer's likelihood: that belongs into the tooltip.
    parts.push(kind === 'label' ? `${answer} ${wholePercent(confidence)}` : answer);
  }
  if (facts?.tokens !== undefined) {
    parts.push(count(facts.tokens, 'token'));
    if (facts.cutTokens) parts.push(l10n.t('✂ {0} cut', formatCount(facts.cutTokens)));
  }
  return parts.join(' · ');
}

/** The same at more length, line by line. */
export function hintDetails(
  { facts, prediction }: HintedRow,
  context: { kind: DatasetPredictions['kind']; task?: string; limit?: number },
): string[] {
  const lines: string[] = [];
  if (prediction) lines.push(...predictionDetails(prediction, context.kind));
  if (facts?.tokens !== undefined) {
    lines.push(
      context.task === undefined
        ? l10n.t('The prompt of this row: {0}.', count(facts.tokens, 'token'))
        : l10n.t('The prompt of this row in “{0}”: {1}.', context.task, count(facts.tokens, 'token')),
    );
    if (facts.cutTokens) {
      lines.push(
        context.limit === undefined
          ? l10n.t('{0} more were cut from its longest column.', formatCount(facts.cutTokens))
          : l10n.t(
              '{0} more were cut from its longest column: the limit is {1}.',
              formatCount(facts.cutTokens),
              formatCount(context.limit),
            ),
      );
    }
  }
  return lines;
}

/** What was answered, whether it is right, and what to make of it. */
export function predictionDetails(
  { correct, predicted, expected, confidence, split }: RowPrediction,
  kind: DatasetPredictions['kind'],
): string[] {
  const answer = clip(predicted, 200) || l10n.t('nothing');
  const lines: string[] = [];
  if (kind === 'text') {
    lines.push(
      correct
        ? l10n.t('✓ Right: {0}', answer)
        : l10n.t('✗ Wrong: it wrote {0}, expected was {1}.', answer, clip(expected, 200)),
    );
  } else {
    lines.push(
      correct
        ? l10n.t('✓ Right: {0}, with a probability of {1}.', answer, wholePercent(confidence))
        : l10n.t(
            '✗ Wrong: predicted {0} with a probability of {1}, expected is {2}.',
            answer,
            wholePercent(confidence),
            clip(expected, 200),
          ),
    );
  }
  if (split === 'train') lines.push(l10n.t('The prompt was tuned on this row.'));
  if (split === 'validation') lines.push(l10n.t('The prompt was chosen on this row.'));
  return lines;
}

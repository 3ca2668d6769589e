import type { PredictionRecord } from '../../protocol/runs';
import { type Child, el } from '../kit/dom';
import { formatCount, formatFixed, formatPercent } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { hasChanged, type PredictionSort } from './predictionFilter';

export interface Column {
  /** Class of its cells, which places it in the grid. */
  name: string;
  label: string;
  sort?: PredictionSort['key'];
  cell: (one: PredictionRecord) => Child[];
}

const MOST_TEXT = 400;

const BOTH: readonly Column[] = [
  { name: 'mark', label: t('Outcome'), cell: ({ correct }) => [outcomeMark(correct)] },
  { name: 'row', label: t('Row'), sort: 'row', cell: ({ row }) => [formatCount(row)] },
  {
    name: 'text',
    label: t('Text'),
    cell: (one) => [hasChanged(one) && changeMark(one), one.text.slice(0, MOST_TEXT)],
  },
];

const CONFIDENCE: Column = {
  name: 'confidence',
  label: t('Confidence'),
  sort: 'confidence',
  cell: ({ confidence, correct }) => {
    const bar = el('i', { class: `confidence-fill ${correct ? 'right' : 'wrong'}` });
    bar.style.width = `${confidence * 100}%`;
    return [el('span', { class: 'confidence-track' }, bar), formatPercent(confidence, 0)];
  },
};

const BASELINE: Column = {
  name: 'baseline',
  label: t('Hard prompt'),
  cell: ({ baseline }) =>
    baseline ? [outcomeMark(baseline.correct), el('span', { class: 'clip' }, baseline.predicted)] : ['–'],
};

const LOSS: Column = {
  name: 'loss',
  label: t('Loss'),
  sort: 'loss',
  cell: ({ loss }) => [formatFixed(loss, 3)],
};

export const LABEL_COLUMNS: readonly Column[] = [
  ...BOTH,
  { name: 'expected', label: t('Expected'), cell: ({ expected }) => [expected] },
  { name: 'predicted', label: t('Predicted'), cell: ({ predicted }) => [predicted] },
  CONFIDENCE,
  BASELINE,
  LOSS,
];

export const TEXT_COLUMNS: readonly Column[] = [
  ...BOTH,
  { name: 'expected', label: t('Target'), cell: ({ expected }) => [expected.slice(0, MOST_TEXT)] },
  { name: 'predicted', label: t('Written'), cell: ({ predicted }) => [predicted.slice(0, MOST_TEXT)] },
  CONFIDENCE,
  LOSS,
];

/** ✓ or ✗ with the word for screen readers, never the colour alone. */
export function outcomeMark(correct: boolean): HTMLElement {
  const word = correct ? t('Right') : t('Wrong');
  return el(
    'span',
    { class: `mark ${correct ? 'right' : 'wrong'}`, title: word },
    icon(correct ? 'check' : 'cross'),
    el('span', { class: 'sr-only' }, word),
  );
}

/** That a row was answered otherwise at the validation before: newly right, or newly wrong. */
function changeMark({ correct, previous }: PredictionRecord): HTMLElement {
  const words = correct
    ? t('newly right, was {0}', previous!.predicted)
    : t('newly wrong, was {0}', previous!.predicted);
  return el(
    'span',
    { class: `change ${correct ? 'right' : 'wrong'}`, title: words },
    icon(correct ? 'up' : 'down'),
    el('span', { class: 'sr-only' }, words),
  );
}

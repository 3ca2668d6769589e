import type { PredictionRecord } from '../../protocol/runs';
import { type Child, el } from '../kit/dom';
import { formatCount, formatPercent } from '../kit/format';
import { icon } from '../kit/icons';
import type { PredictionSort } from './predictionFilter';

export interface Column {
  /** Class of its cells, which places it in the grid. */
  name: string;
  label: string;
  sort?: PredictionSort['key'];
  cell: (one: PredictionRecord) => Child[];
}

const BOTH: readonly Column[] = [
  { name: 'mark', label: 'Outcome', cell: ({ correct }) => [outcomeMark(correct)] },
  { name: 'row', label: 'Row', sort: 'row', cell: ({ row }) => [formatCount(row)] },
  { name: 'text', label: 'Text', cell: ({ text }) => [text.slice(0, 400)] },
];

const CONFIDENCE: Column = {
  name: 'confidence',
  label: 'Confidence',
  sort: 'confidence',
  cell: ({ confidence, correct }) => {
    const bar = el('i', { class: `confidence-fill ${correct ? 'right' : 'wrong'}` });
    bar.style.width = `${confidence * 100}%`;
    return [el('span', { class: 'confidence-track' }, bar), formatPercent(confidence, 0)];
  },
};

const BASELINE: Column = {
  name: 'baseline',
  label: 'Hard prompt',
  cell: ({ baseline }) =>
    baseline ? [outcomeMark(baseline.correct), el('span', { class: 'clip' }, baseline.predicted)] : ['–'],
};

const LOSS: Column = { name: 'loss', label: 'Loss', sort: 'loss', cell: ({ loss }) => [loss.toFixed(3)] };

export const LABEL_COLUMNS: readonly Column[] = [
  ...BOTH,
  { name: 'expected', label: 'Expected', cell: ({ expected }) => [expected] },
  { name: 'predicted', label: 'Predicted', cell: ({ predicted }) => [predicted] },
  CONFIDENCE,
  BASELINE,
  LOSS,
];

export const TEXT_COLUMNS: readonly Column[] = [
  ...BOTH,
  { name: 'expected', label: 'Target', cell: ({ expected }) => [expected.slice(0, 400)] },
  { name: 'predicted', label: 'Written', cell: ({ predicted }) => [predicted.slice(0, 400)] },
  CONFIDENCE,
  LOSS,
];

/** ✓ or ✗ with the word for screen readers, never the colour alone. */
export function outcomeMark(correct: boolean): HTMLElement {
  return el(
    'span',
    { class: `mark ${correct ? 'right' : 'wrong'}`, title: correct ? 'Right' : 'Wrong' },
    icon(correct ? 'check' : 'cross'),
    el('span', { class: 'sr-only' }, correct ? 'right' : 'wrong'),
  );
}

import type { PanelState } from '../../protocol/panel';
import type { PredictionRecord } from '../../protocol/runs';

export type Outcome = NonNullable<PanelState['outcome']>;

export interface PredictionFilter {
  outcome: Outcome;
  /** Words to find in the text, the expected or the predicted answer. */
  search: string;
  expected?: string;
  predicted?: string;
}

export const NO_FILTER: PredictionFilter = { outcome: 'all', search: '' };

type SortKey = 'row' | 'loss' | 'confidence';

export interface PredictionSort {
  key: SortKey;
  descending: boolean;
}

/** Each outcome as a test on a row. Fixed and broken are against the best hard prompt. */
export const OUTCOMES: Record<
  Outcome,
  { label: string; title: string; matches: (one: PredictionRecord) => boolean }
> = {
  all: { label: 'All', title: 'Every test row', matches: () => true },
  right: {
    label: 'Right',
    title: 'Rows the tuned prompt answers right',
    matches: (one) => one.correct,
  },
  wrong: {
    label: 'Wrong',
    title: 'Rows the tuned prompt answers wrong',
    matches: (one) => !one.correct,
  },
  fixed: {
    label: 'Fixed',
    title: 'Right now, wrong with the best hard prompt',
    matches: (one) => one.correct && one.baseline?.correct === false,
  },
  broken: {
    label: 'Broken',
    title: 'Wrong now, right with the best hard prompt',
    matches: (one) => !one.correct && one.baseline?.correct === true,
  },
};

export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'string' && Object.hasOwn(OUTCOMES, value);
}

/** Indices of the rows that pass, in the asked order; equal ones stay in file order. */
export function selectPredictions(
  predictions: readonly PredictionRecord[],
  filter: PredictionFilter,
  sort: PredictionSort,
): number[] {
  const { matches } = OUTCOMES[filter.outcome];
  const needle = filter.search.trim().toLowerCase();
  const selected: number[] = [];
  predictions.forEach((one, index) => {
    if (!matches(one)) return;
    if (filter.expected !== undefined && one.expected !== filter.expected) return;
    if (filter.predicted !== undefined && one.predicted !== filter.predicted) return;
    if (needle && !contains(one, needle)) return;
    selected.push(index);
  });
  if (sort.key === 'row' && !sort.descending) return selected;
  const sign = sort.descending ? -1 : 1;
  const value = ({ [sort.key]: key }: PredictionRecord) => key;
  return selected.sort((a, b) => sign * (value(predictions[a]!) - value(predictions[b]!)) || a - b);
}

function contains({ text, expected, predicted }: PredictionRecord, needle: string): boolean {
  return (
    text.toLowerCase().includes(needle) ||
    expected.toLowerCase().includes(needle) ||
    predicted.toLowerCase().includes(needle)
  );
}

/** How many rows have each outcome. */
export function countOutcomes(predictions: readonly PredictionRecord[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { all: 0, right: 0, wrong: 0, fixed: 0, broken: 0 };
  for (const one of predictions)
    for (const outcome of Object.keys(counts) as Outcome[])
      if (OUTCOMES[outcome].matches(one)) counts[outcome]++;
  return counts;
}

/** The rows as CSV (RFC 4180) with a header, for a spreadsheet. */
export function predictionsCsv(predictions: readonly PredictionRecord[]): string {
  const header = ['file', 'line', 'row', 'text', 'expected', 'predicted', 'correct', 'confidence', 'loss'];
  const lines = predictions.map((one) =>
    [
      one.file,
      one.line,
      one.row,
      one.text,
      one.expected,
      one.predicted,
      one.correct,
      one.confidence,
      one.loss,
      one.baseline?.predicted ?? '',
      one.baseline?.correct ?? '',
    ]
      .map((value) => csvField(String(value)))
      .join(','),
  );
  return `${[[...header, 'baseline', 'baseline_correct'].join(','), ...lines].join('\r\n')}\r\n`;
}

function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

import type { PanelState } from '../../protocol/panel';
import type { PredictionRecord } from '../../protocol/runs';
import { csvField } from '../charts/chartTable';
import { t } from '../kit/l10n';

export type Outcome = NonNullable<PanelState['outcome']>;

export interface PredictionFilter {
  outcome: Outcome;
  /** Words to find in the text, the expected or the predicted answer. */
  search: string;
  expected?: string;
  predicted?: string;
}

export const NO_FILTER: PredictionFilter = { outcome: 'all', search: '' };

export type PredictionSort = NonNullable<PanelState['sort']>;

/** Where there is most to learn comes first. */
export const BIGGEST_LOSSES: PredictionSort = { key: 'loss', descending: true };

/** Right at one validation and wrong at the next, or the other way round. */
export function hasChanged({ correct, previous }: PredictionRecord): boolean {
  return previous !== undefined && previous.correct !== correct;
}

/** Each outcome as a test on a row. Fixed and broken are against the best hard prompt, changed against the validation before. */
export const OUTCOMES: Record<
  Outcome,
  { label: string; title: string; matches: (one: PredictionRecord) => boolean }
> = {
  all: { label: t('All'), title: t('Every row'), matches: () => true },
  right: {
    label: t('Right'),
    title: t('Rows the tuned prompt answers right'),
    matches: (one) => one.correct,
  },
  wrong: {
    label: t('Wrong'),
    title: t('Rows the tuned prompt answers wrong'),
    matches: (one) => !one.correct,
  },
  fixed: {
    label: t('Fixed'),
    title: t('Right now, wrong with the best hard prompt'),
    matches: (one) => one.correct && one.baseline?.correct === false,
  },
  broken: {
    label: t('Broken'),
    title: t('Wrong now, right with the best hard prompt'),
    matches: (one) => !one.correct && one.baseline?.correct === true,
  },
  changed: {
    label: t('Changed'),
    title: t('Newly right or newly wrong since the validation before'),
    matches: hasChanged,
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
  const keys = Float64Array.from(predictions, ({ [sort.key]: key }) => sign * key);
  return selected.sort((a, b) => keys[a]! - keys[b]! || a - b);
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
  const counts: Record<Outcome, number> = {
    all: 0,
    right: 0,
    wrong: 0,
    fixed: 0,
    broken: 0,
    changed: 0,
  };
  for (const one of predictions)
    for (const outcome of Object.keys(counts) as Outcome[])
      if (OUTCOMES[outcome].matches(one)) counts[outcome]++;
  return counts;
}

/** The rows as CSV (RFC 4180) with a header, for a spreadsheet: everything there is, probabilities last. */
export function predictionsCsv(predictions: readonly PredictionRecord[]): string {
  const labels = [...new Set(predictions.flatMap(({ probabilities }) => Object.keys(probabilities ?? {})))];
  const lines = [
    [...CSV_COLUMNS.map(([name]) => name), ...labels.map((label) => `p(${label})`)],
    ...predictions.map((one) => [
      ...CSV_COLUMNS.map(([, value]) => value(one)),
      ...labels.map((label) => one.probabilities?.[label]),
    ]),
  ];
  return `${lines.map((line) => line.map((value) => csvField(value)).join(',')).join('\r\n')}\r\n`;
}

type CsvValue = string | number | undefined;

/** Names for programs, not for people: they are the same in every language. */
const CSV_COLUMNS: readonly [name: string, value: (one: PredictionRecord) => CsvValue][] = [
  ['file', ({ file }) => file],
  ['line', ({ line }) => line],
  ['row', ({ row }) => row],
  ['text', ({ text }) => text],
  ['expected', ({ expected }) => expected],
  ['predicted', ({ predicted }) => predicted],
  ['correct', ({ correct }) => String(correct)],
  ['confidence', ({ confidence }) => confidence],
  ['loss', ({ loss }) => loss],
  ['cut_tokens', ({ cutTokens }) => cutTokens],
  ['baseline_contender', ({ baseline }) => baseline?.contender],
  ['baseline', ({ baseline }) => baseline?.predicted],
  ['baseline_correct', ({ baseline }) => baseline && String(baseline.correct)],
  ['previous', ({ previous }) => previous?.predicted],
  ['previous_correct', ({ previous }) => previous && String(previous.correct)],
];

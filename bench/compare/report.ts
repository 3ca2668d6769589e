import { median, sum } from './statistics';
import type { Variant } from './variants';

/** Seconds since the program's start at which the model was open, and the first step done. */
export interface StartTimes {
  opened: number;
  firstStep: number;
}

/** What was measured of a variant. */
export interface Measured {
  variant: Variant;
  start: StartTimes;
  /** The same with nothing compiled yet. */
  coldStart?: StartTimes;
  /** Seconds of each step, in every round. */
  gradient: number[][];
  forward: number[][];
  /** Of each step's first time, where something is computed once and kept. */
  contexts?: number[];
  predict?: { rows: number; seconds: number };
  /** Megabytes, up to the last step. */
  peak: number;
  /** Largest distance of a loss from the first exact variant's, where that is among them. */
  worstDifference?: number;
}

export interface Figures {
  /** Seconds, of the shortest time of each step. */
  step: { median: number; minimum: number };
  /** Seconds, from the shortest time of each step. */
  perThousandRows: number;
  /** Seconds, from the median time of each step. */
  perThousandRowsMedian: number;
  forward: { median: number; minimum: number };
  tokensPerSecond: number;
  /** How often as fast as stock PEFT, and as the fastest PyTorch of this run. */
  timesStock?: number;
  timesBest?: number;
  peakMegabytes: number;
  start: StartTimes;
  coldStart?: StartTimes;
  predictRowsPerSecond?: number;
  worstDifference?: number;
  /** Seconds that the first pass over the rows took beyond the later ones. */
  contextsPerThousandRows?: number;
}

const least = (rounds: readonly number[][]) => rounds.map((times) => Math.min(...times));

/** What was measured, by variant, as figures. `tokens`: of the texts of all steps. */
export function figuresOf(
  all: readonly Measured[],
  { rows, tokens, stock }: { rows: number; tokens: number; stock: Variant },
): Record<string, Figures> {
  const total = (measured: Measured) => sum(least(measured.gradient));
  const first = all.find(({ variant }) => variant === stock);
  const pytorch = all.filter(({ variant }) => variant.side === 'PyTorch');
  const best = pytorch.toSorted((a, b) => total(a) - total(b))[0];
  const times = (reference: Measured | undefined, measured: Measured) =>
    reference && total(reference) / total(measured);
  return Object.fromEntries(
    all.map((measured): [string, Figures] => {
      const { variant, gradient, contexts, predict, peak, start, coldStart, worstDifference } = measured;
      const steps = least(gradient);
      const forward = least(measured.forward);
      const perRow = 1000 / (rows * steps.length);
      return [
        variant.name,
        {
          step: { median: median(steps), minimum: Math.min(...steps) },
          perThousandRows: perRow * sum(steps),
          perThousandRowsMedian: perRow * sum(gradient.map(median)),
          forward: { median: median(forward), minimum: Math.min(...forward) },
          tokensPerSecond: tokens / sum(steps),
          timesStock: times(first, measured),
          timesBest: times(best, measured),
          peakMegabytes: peak,
          start,
          coldStart,
          predictRowsPerSecond: predict && predict.rows / predict.seconds,
          worstDifference,
          contextsPerThousandRows: contexts && perRow * (sum(contexts) - sum(steps)),
        },
      ];
    }),
  );
}

const NONE = '–';

const COLUMNS: readonly [string, (figures: Figures) => string][] = [
  ['step, s', ({ step }) => step.median.toFixed(2)],
  ['min', ({ step }) => step.minimum.toFixed(2)],
  ['s/1,000 rows', ({ perThousandRows }) => perThousandRows.toFixed(0)],
  ['(median)', ({ perThousandRowsMedian }) => perThousandRowsMedian.toFixed(0)],
  ['× stock', ({ timesStock }) => timesStock?.toFixed(2) ?? NONE],
  ['× best', ({ timesBest }) => timesBest?.toFixed(2) ?? NONE],
  ['peak, MB', ({ peakMegabytes }) => peakMegabytes.toFixed(0)],
  ['forward, s', ({ forward }) => forward.median.toFixed(2)],
  ['tokens/s', ({ tokensPerSecond }) => tokensPerSecond.toFixed(0)],
  ['open, s', ({ start }) => start.opened.toFixed(1)],
  ['1st step, s', ({ start }) => start.firstStep.toFixed(1)],
  ['predict, rows/s', ({ predictRowsPerSecond }) => predictRowsPerSecond?.toFixed(1) ?? NONE],
  ['loss differs', ({ worstDifference }) => worstDifference?.toExponential(0) ?? NONE],
];

/** The figures as a table, a line a variant. */
export function figuresTable(figures: Readonly<Record<string, Figures>>): string[][] {
  const lines = Object.entries(figures).map(([name, own]) => [name, ...COLUMNS.map(([, cell]) => cell(own))]);
  return [['', ...COLUMNS.map(([title]) => title)], ...lines];
}

/** Lines of cells: the first one to the left, the others to the right. */
export function alignColumns(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  const align = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return lines.map((cells) => cells.map(align).join('  ').trimEnd()).join('\n');
}

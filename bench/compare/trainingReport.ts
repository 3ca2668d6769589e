import { colourOf } from '../plot/colours';
import { drawPanels, type Panel } from '../plot/panels';
import { mean, median, sum } from './statistics';
import type { TrainingRecord } from './trainingRecord';
import { STOCK, VARIANTS } from './variants';

/** All trainings of a variant, as figures. */
export interface TrainingFigures {
  variant: string;
  seeds: number;
  /** Mean accuracy at each look. */
  looks: { step: number; accuracy: number }[];
  /** Of each seed. */
  finalAccuracies: number[];
  /** Mean over the seeds of when the target was first reached; undefined where one never got there. */
  target?: { steps: number; seconds: number };
  /** Seconds, from the mean time of a step. */
  perThousandRows: number;
  peakMegabytes: number;
  /** How often as fast as stock PEFT, and as the fastest PyTorch, by rows and by time to the target. */
  timesStock?: { rows: number; target?: number };
  timesBest?: { rows: number; target?: number };
}

/** Training seconds up to a step. */
const secondsTo = ({ seconds }: TrainingRecord, step: number) => sum(seconds.slice(0, step));

/** The first look after some training at which the accuracy was reached. */
export function timeTo(record: TrainingRecord, accuracy: number) {
  const look = record.looks.find(({ step, accuracy: found }) => step > 0 && found >= accuracy);
  return look && { steps: look.step, seconds: secondsTo(record, look.step) };
}

/** One line a variant, in their order. */
export function trainingFigures(records: readonly TrainingRecord[], target: number): TrainingFigures[] {
  const all = byVariant(records).map(({ variant, runs }): TrainingFigures => {
    const times = runs.map((run) => timeTo(run, target));
    const reached = times.filter((time) => time !== undefined);
    return {
      variant: variant.name,
      seeds: runs.length,
      looks: runs[0]!.looks.map(({ step }, i) => ({
        step,
        accuracy: mean(runs.map(({ looks }) => looks[i]!.accuracy)),
      })),
      finalAccuracies: runs.map(({ looks }) => looks.at(-1)!.accuracy),
      ...(reached.length === times.length && {
        target: {
          steps: mean(reached.map(({ steps }) => steps)),
          seconds: mean(reached.map(({ seconds }) => seconds)),
        },
      }),
      perThousandRows: mean(
        runs.map(({ seconds, rowsAStep }) => (1000 * sum(seconds)) / (rowsAStep * seconds.length)),
      ),
      peakMegabytes: median(runs.map(({ peak }) => peak)),
    };
  });
  const stock = all.find(({ variant }) => variant === STOCK.name);
  const pytorch = all.filter(({ variant }) =>
    VARIANTS.some(({ name, side }) => name === variant && side === 'PyTorch'),
  );
  const best = pytorch.toSorted((a, b) => a.perThousandRows - b.perThousandRows)[0];
  const times = (reference: TrainingFigures | undefined, own: TrainingFigures) =>
    reference && {
      rows: reference.perThousandRows / own.perThousandRows,
      target: reference.target && own.target && reference.target.seconds / own.target.seconds,
    };
  return all.map((own) => ({ ...own, timesStock: times(stock, own), timesBest: times(best, own) }));
}

const NONE = '–';
const percent = (value: number) => (100 * value).toFixed(1);
const times = (value: number | undefined) => value?.toFixed(1) ?? NONE;

export function trainingTable(figures: readonly TrainingFigures[], target: number): string[][] {
  const looks = figures[0]!.looks.map(({ step }) => `at ${step}`);
  const head = [
    '',
    `s to ${percent(target)} %`,
    'steps',
    '× stock',
    '× best',
    ...looks,
    's/1,000 rows',
    '× stock',
    '× best',
    'peak, MB',
  ];
  const lines = figures.map((own) => [
    own.seeds > 1 ? `${own.variant} (${own.seeds} seeds)` : own.variant,
    own.target?.seconds.toFixed(0) ?? NONE,
    own.target?.steps.toFixed(0) ?? NONE,
    times(own.timesStock?.target),
    times(own.timesBest?.target),
    ...own.looks.map(({ accuracy }) => percent(accuracy)),
    own.perThousandRows.toFixed(0),
    times(own.timesStock?.rows),
    times(own.timesBest?.rows),
    own.peakMegabytes.toFixed(0),
  ]);
  return [head, ...lines];
}

/** Steps over which the thick loss curves are averaged: single batches say little. */
const SMOOTHED = 11;

/** Loss by step and accuracy by time of all variants: thick the mean of the seeds, faint each seed. */
export function trainingPicture(records: readonly TrainingRecord[]): string {
  const groups = byVariant(records);
  const loss: Panel = {
    title: `Training loss, mean of ${SMOOTHED} steps`,
    x: { title: 'steps' },
    y: { title: 'cross-entropy' },
    curves: groups.flatMap(({ colour, runs }) => {
      const curves = runs.map(({ losses }) => smoothed(losses, SMOOTHED));
      const average = curves[0]!.map((_, i) => mean(curves.map((curve) => curve[i]!)));
      return [
        ...(runs.length > 1 ? curves.map((curve) => ({ points: numbered(curve), colour, faint: true })) : []),
        { points: numbered(average), colour },
      ];
    }),
  };
  const accuracy: Panel = {
    title: 'Accuracy on held-out rows',
    x: { title: 'seconds of training', logarithmic: true },
    y: { title: '%' },
    curves: groups.flatMap(({ colour, runs }) => {
      const curves = runs.map((run) =>
        run.looks
          .filter(({ step }) => step > 0)
          .map(({ step, accuracy }) => [secondsTo(run, step), 100 * accuracy] as const),
      );
      const average = curves[0]!.map(
        (_, i) => [mean(curves.map((c) => c[i]![0])), mean(curves.map((c) => c[i]![1]))] as const,
      );
      return [
        ...(runs.length > 1 ? curves.map((points) => ({ points, colour, faint: true })) : []),
        { points: average, colour },
        { points: average, colour, dots: true },
      ];
    }),
  };
  return drawPanels(
    [loss, accuracy],
    groups.map(({ variant, colour }) => ({ name: variant.name, colour })),
  );
}

function byVariant(records: readonly TrainingRecord[]) {
  return VARIANTS.map((variant, i) => ({
    variant,
    colour: colourOf(i),
    runs: records.filter((record) => record.variant === variant.name),
  })).filter(({ runs }) => runs.length > 0);
}

/** The mean of the `window` values around each, fewer at the ends. */
export function smoothed(values: readonly number[], window: number): number[] {
  const half = window >> 1;
  return values.map((_, i) => mean(values.slice(Math.max(0, i - half), i + half + 1)));
}

const numbered = (values: readonly number[]) => values.map((value, i) => [i + 1, value] as const);

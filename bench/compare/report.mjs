export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** What was measured of a variant, as figures. `first` is the variant that ratios are to. */
export function figuresOf(measured, first, { rows, tokens }) {
  const { gradient, forward, predict, start, coldStart, peak, worstDifference } = measured;
  const perThousand = (seconds) => (1000 * sum(seconds)) / (rows * seconds.length);
  return {
    step: { median: median(gradient), minimum: Math.min(...gradient) },
    perThousandRows: perThousand(gradient),
    forward: { median: median(forward), minimum: Math.min(...forward) },
    tokensPerSecond: tokens / sum(gradient),
    timesFirst: median(first.gradient.map((seconds, i) => seconds / gradient[i])),
    peakMegabytes: peak,
    start,
    coldStart,
    predictRowsPerSecond: predict.rows / predict.seconds,
    worstDifference,
  };
}

const COLUMNS = [
  ['step, s', ({ step }) => step.median.toFixed(2)],
  ['min', ({ step }) => step.minimum.toFixed(2)],
  ['s/1,000 rows', ({ perThousandRows }) => perThousandRows.toFixed(0)],
  ['times', ({ timesFirst }) => timesFirst.toFixed(2)],
  ['forward, s', ({ forward }) => forward.median.toFixed(2)],
  ['tokens/s', ({ tokensPerSecond }) => tokensPerSecond.toFixed(0)],
  ['peak, MB', ({ peakMegabytes }) => peakMegabytes.toFixed(0)],
  ['open, s', ({ start }) => start.opened.toFixed(1)],
  ['1st step, s', ({ start }) => start.firstStep.toFixed(1)],
  ['predict, rows/s', ({ predictRowsPerSecond }) => predictRowsPerSecond.toFixed(1)],
  ['loss differs', ({ worstDifference }) => worstDifference.toExponential(0)],
];

/** A table of the figures, a line a variant. */
export function table(figures) {
  const names = Object.keys(figures);
  const width = Math.max(...names.map(({ length }) => length));
  const head = `${''.padEnd(width)}  ${COLUMNS.map(([title]) => title).join('  ')}`;
  const lines = names.map((name) => {
    const cells = COLUMNS.map(([title, cell]) => cell(figures[name]).padStart(title.length));
    return `${name.padEnd(width)}  ${cells.join('  ')}`;
  });
  return [head, ...lines].join('\n');
}

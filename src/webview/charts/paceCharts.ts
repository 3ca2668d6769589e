import { smooth } from '../../protocol/smoothing';
import { el, onChange, setText, show } from '../kit/dom';
import { formatBytes, formatCount, formatNumber } from '../kit/format';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from '../run/panelContext';
import type { Curve } from '../run/runProgress';
import { chartFrame } from './chartFrame';
import { lineChart } from './charts';
import { lastX, STEPS_GROUP, stepMarks } from './stepAxis';

interface Pace {
  title: string;
  /** What one value is called in the table. */
  column: string;
  fileName: string;
  values: (curve: Curve) => (number | null)[];
  /** Drawn faint, with its moving average on top. */
  noisy?: boolean;
  format: (value: number) => string;
  /** In the table; as on the axis unless told. */
  formatCell?: (value: number) => string;
  incrementsY?: number[];
}

const GIGABYTES = [1, 2, 5].flatMap((one) => [1e6, 1e7, 1e8, 1e9, 1e10, 1e11].map((unit) => one * unit));

/** What is watched beside loss and accuracy, each in a small chart. */
const PACES: readonly Pace[] = [
  {
    title: t('Learning rate'),
    column: t('Learning rate'),
    fileName: 'learning-rate',
    values: ({ learningRate }) => learningRate,
    format: threeDigits,
  },
  {
    title: t('Gradient norm'),
    column: t('Norm before clipping'),
    fileName: 'gradient-norm',
    values: ({ gradientNorm }) => gradientNorm,
    noisy: true,
    format: threeDigits,
  },
  {
    title: t('Tokens per second'),
    column: t('Tokens per second'),
    fileName: 'tokens-per-second',
    values: ({ tokens, seconds }) => tokens.map((count, i) => (seconds[i]! > 0 ? count / seconds[i]! : null)),
    noisy: true,
    format: formatCount,
  },
  {
    title: t('Memory'),
    column: t('Memory (bytes)'),
    fileName: 'memory',
    values: ({ memory }) => memory,
    format: formatBytes,
    formatCell: formatCount,
    incrementsY: [...GIGABYTES].sort((a, b) => a - b),
  },
];

function threeDigits(value: number): string {
  return formatNumber(Number(value.toPrecision(3)));
}

/** Learning rate, gradient norm, tokens per second and memory by step: small, side by side. */
export function paceCharts(context: PanelContext): Component {
  const charts = PACES.map((pace) => paceChart(pace, context));
  const element = el('div', { class: 'pace-charts' }, ...charts.map((one) => one.element));
  const changed = onChange();
  return {
    element,
    update(model, view) {
      const { run } = model;
      if (!run || !changed(run.progress.curve, run.record, run.progress.state)) return;
      show(element, run.progress.curve.step.length > 0);
      for (const chart of charts) chart.update(model, view);
    },
  };
}

function paceChart(pace: Pace, context: PanelContext): Component {
  const { title, column, fileName, format } = pace;
  const readout = el('span', { class: 'readout' });
  let describe: (index: number | undefined) => string = () => '';
  let steps: number[] = [];
  let values: (number | null)[] = [];
  const chart = lineChart({
    lines: pace.noisy
      ? [
          { colour: '--sp-tuned', width: 1, strength: 0.38 },
          { colour: '--sp-tuned', width: 1.5 },
        ]
      : [{ colour: '--sp-tuned', width: 1.5 }],
    formatY: format,
    incrementsY: pace.incrementsY,
    fromZero: true,
    limitsY: [0, Number.POSITIVE_INFINITY],
    height: 104,
    small: true,
    group: STEPS_GROUP,
    onPoint: (index) => setText(readout, describe(index)),
  });
  const frame = chartFrame({
    title,
    fileName,
    figure: chart.element,
    tools: [readout],
    look: 'pace-card',
    table: () =>
      steps.length === 0
        ? undefined
        : {
            caption: t('{0} by step', title),
            columns: [
              { name: t('Step'), values: steps },
              { name: column, values, format: pace.formatCell ?? format },
            ],
          },
    save: (file) => context.send({ type: 'export', ...file }),
  });
  return {
    element: frame.element,
    update({ run }) {
      if (!run) return;
      steps = run.progress.curve.step;
      values = pace.values(run.progress.curve);
      const known = values.findLast((value) => value !== null);
      show(frame.element, known !== undefined);
      if (known === undefined || known === null) return;
      describe = (index = steps.length - 1) => {
        const value = values[index];
        return value === null || value === undefined ? '–' : format(value);
      };
      setText(readout, describe(undefined));
      frame.refresh();
      chart.draw({
        x: steps,
        columns: pace.noisy ? [values, smooth(values.map((value) => value ?? 0))] : [values],
        maxX: lastX(run),
        levels: [],
        marks: stepMarks(run.progress),
        summary: t('{0}: {1} at step {2}.', title, format(known), formatCount(steps.at(-1)!)),
      });
    },
  };
}

import { headlineScore } from '../../protocol/metrics';
import { smooth } from '../../protocol/smoothing';
import { type ChartFrame, chartFrame } from '../charts/chartFrame';
import { type Chart, type Line, lineChart } from '../charts/charts';
import type { ChartTable } from '../charts/chartTable';
import { segments } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { formatNumber, formatPercent } from '../kit/format';
import { t } from '../kit/l10n';
import { RUN_STATES } from '../run/runStates';
import { type Aligned, align, type Series } from './alignSeries';
import type { CompareContext, ComparePart, ReadPlace } from './comparison';
import { colourOf, DASHES, indexOf, letterBox, swatch } from './names';

type Along = 'step' | 'time';

/** Training goes on longer than this: time is told in minutes. */
const LONG_SECONDS = 300;
const MINUTE = 60;

/** Loss and validation score of all runs in one picture each, by step or by the time that training took. */
export function curves(context: CompareContext): ComparePart {
  const along = segments<Along>(t('Along'), (next) => context.keep({ along: next }));
  const loss = overlay(context, {
    title: t('Training loss, smoothed'),
    fileName: 'compared-loss',
    formatY: formatNumber,
    points: false,
    logarithmic: true,
  });
  const score = overlay(context, {
    title: t('Validation score'),
    fileName: 'compared-validation',
    formatY: (value) => formatPercent(value, 0),
    points: true,
    limitsY: [0, 1],
  });
  const element = el(
    'section',
    { class: 'curves', 'aria-label': t('Curves') },
    el('header', { class: 'curves-head' }, along.element),
    el('div', { class: 'charts' }, loss.element, score.element),
  );
  const changed = onChange();
  return {
    element,
    update(_model, { along: by = 'step', hidden = [] }, { runs }) {
      const drawn = runs.filter(({ run }) => run.progress.curve.step.length > 0);
      show(element, drawn.length > 0);
      if (drawn.length === 0) return;
      if (!changed(by, hidden.join('\n'), ...drawn.flatMap(({ letter, run }) => [letter, run.progress])))
        return;
      along.set(
        [
          { value: 'step', label: t('By step') },
          { value: 'time', label: t('By time'), title: t('Time that the steps took, without pauses') },
        ],
        by,
      );
      const shown = drawn.filter(({ folder }) => !hidden.includes(folder));
      const unit = unitOf(drawn, by);
      loss.draw(
        shown,
        shown.map((place) => lossSeries(place, by, unit.seconds)),
        unit,
      );
      score.draw(
        shown,
        shown.map((place) => scoreSeries(place, by, unit.seconds)),
        unit,
      );
    },
  };
}

interface Unit {
  name: string;
  legend: string;
  /** Seconds that one of it has. */
  seconds: number;
  /** Right end of the axis. */
  end: number;
}

function unitOf(places: readonly ReadPlace[], along: Along): Unit {
  if (along === 'step') {
    const ends = places.map(({ run }) =>
      RUN_STATES[run.progress.state].live ? run.record.steps : run.progress.curve.step.at(-1)!,
    );
    return { name: t('step'), legend: t('by step'), seconds: 1, end: Math.max(...ends) };
  }
  const longest = Math.max(...places.map((place) => times(place).at(-1) ?? 0));
  return longest > LONG_SECONDS
    ? { name: t('minutes'), legend: t('by minutes of training'), seconds: MINUTE, end: longest / MINUTE }
    : { name: t('seconds'), legend: t('by seconds of training'), seconds: 1, end: longest };
}

/** Seconds that training had taken after each step, validations and pauses left out. */
function times({ run }: ReadPlace): number[] {
  let total = 0;
  return run.progress.curve.seconds.map((seconds) => {
    total += seconds;
    return total;
  });
}

function lossSeries(place: ReadPlace, along: Along, unit: number): Series {
  const { step, loss } = place.run.progress.curve;
  const x = along === 'step' ? step : times(place).map((seconds) => seconds / unit);
  return { x, y: smooth(loss) };
}

function scoreSeries(place: ReadPlace, along: Along, unit: number): Series {
  const { curve, evaluations } = place.run.progress;
  const looks = evaluations
    .filter((one) => one.split === 'validation' && one.contender === 'tuned')
    .sort((a, b) => a.step - b.step);
  const after = times(place);
  const timeOf = (step: number): number => {
    const at = curve.step.findLastIndex((one) => one <= step);
    return at < 0 ? 0 : after[at]! / unit;
  };
  return {
    x: looks.map(({ step }) => (along === 'step' ? step : timeOf(step))),
    y: looks.map(({ metrics }) => headlineScore(metrics)),
  };
}

interface OverlayOptions {
  title: string;
  fileName: string;
  formatY: (value: number) => string;
  points: boolean;
  logarithmic?: boolean;
  limitsY?: [number, number];
}

/** One chart with a line for each run; a new set of runs makes a new chart. */
function overlay(context: CompareContext, options: OverlayOptions) {
  const figure = el('div', { class: 'overlay' });
  const readout = el('span', { class: 'readout' });
  const legend = el('footer', { class: 'legend' });
  let chart: Chart | undefined;
  let letters = '';
  let logarithmic = false;
  let aligned: Aligned = { x: [], columns: [] };
  let places: readonly ReadPlace[] = [];
  let unit: Unit = { name: '', legend: '', seconds: 1, end: 1 };
  const frame: ChartFrame = chartFrame({
    title: options.title,
    fileName: options.fileName,
    figure,
    legend,
    tools: [readout],
    table,
    logarithmic: options.logarithmic
      ? {
          get: () => logarithmic,
          set: (on) => {
            logarithmic = on;
            chart?.setLogarithmic(on);
          },
        }
      : undefined,
    save: (file) => context.send({ type: 'export', ...file }),
  });

  function table(): ChartTable | undefined {
    if (aligned.x.length === 0) return undefined;
    return {
      caption: options.title,
      columns: [
        { name: unit.name, values: aligned.x, format: formatNumber },
        ...places.map(({ letter, run }, index) => ({
          name: t('Run {0}: {1}', letter, run.record.task.name),
          values: aligned.columns[index]!,
          format: options.formatY,
        })),
      ],
    };
  }

  /** What each run has at this place, or has last. */
  function describe(index: number | undefined): string {
    if (index === undefined) return '';
    const parts = places.flatMap(({ letter }, column) => {
      const value = aligned.columns[column]![index];
      return typeof value === 'number' ? [`${letter} ${options.formatY(value)}`] : [];
    });
    return [`${formatNumber(aligned.x[index]!)}`, ...parts].join('   ');
  }

  function build(): Chart {
    const lines = places.map(
      ({ letter }): Line => ({
        colour: colourOf(letter),
        width: 2,
        dash: [...(DASHES[indexOf(letter)] ?? [])],
        points: options.points,
      }),
    );
    const made = lineChart({
      lines,
      formatY: options.formatY,
      limitsY: options.limitsY,
      onPoint: (index) => {
        setText(readout, describe(index));
        show(readout, index !== undefined);
      },
    });
    if (logarithmic) made.setLogarithmic(true);
    fill(figure, made.element);
    return made;
  }

  return {
    element: frame.element,
    draw(shown: readonly ReadPlace[], series: readonly Series[], along: Unit): void {
      const filled = shown.flatMap((place, index) =>
        series[index]!.x.length > 0 ? [{ place, one: series[index]! }] : [],
      );
      places = filled.map(({ place }) => place);
      unit = along;
      aligned = align(filled.map(({ one }) => one));
      const next = places.map(({ letter }) => letter).join();
      if (!chart || next !== letters) {
        letters = next;
        chart = build();
      }
      fill(
        legend,
        ...places.map(({ letter, run }) =>
          el('span', { class: 'key' }, swatch(letter), letterBox(letter), run.record.task.name),
        ),
        el('span', { class: 'unit' }, along.legend),
      );
      show(readout, false);
      const ends = filled.map(({ place, one }) => `${place.letter} ${options.formatY(one.y.at(-1)!)}`);
      chart.draw({
        ...aligned,
        maxX: along.end,
        levels: [],
        marks: [],
        summary: t('{0}, last values: {1}.', options.title, ends.join(', ')),
      });
      frame.refresh();
    },
  };
}

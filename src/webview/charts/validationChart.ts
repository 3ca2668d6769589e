import { headlineScore } from '../../protocol/metrics';
import { el, onChange, setText, show } from '../kit/dom';
import { formatCount, formatPercent, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from '../run/panelContext';
import { bestValidation, CONTENDER_NAMES, CONTENDER_WORDS } from '../run/standing';
import type { ShownRun } from '../run/store';
import type { Level } from './chartAnnotations';
import { chartFrame } from './chartFrame';
import { lineChart } from './charts';
import type { ChartTable } from './chartTable';
import { lastX, STEPS_GROUP } from './stepAxis';

/** The tuned prompt on the validation rows by step, with the hard prompts as the lines to beat. */
export function validationChart(context: PanelContext): Component {
  const readout = el('span', { class: 'readout' });
  const rows = el('span', { class: 'unit' });
  const waiting = el(
    'p',
    { class: 'empty-chart' },
    t('The first look at the validation rows is on its way.'),
  );
  let describe: (index: number | undefined) => string = () => '';
  let table: ChartTable | undefined;
  const chart = lineChart({
    lines: [
      { colour: '--sp-tuned', width: 2, points: true },
      { colour: '--sp-tuned', width: 0, hidden: true },
      { colour: '--sp-tuned', width: 0, hidden: true },
    ],
    band: { high: 1, low: 2, colour: '--sp-tuned' },
    formatY: (value) => formatPercent(value, 0),
    incrementsY: [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5],
    limitsY: [0, 1],
    group: STEPS_GROUP,
    onPoint: (index) => setText(readout, describe(index)),
  });
  const band = el('span', { class: 'key' }, el('i', { class: 'swatch band' }), t('95 % interval'));
  const frame = chartFrame({
    title: t('Validation accuracy'),
    fileName: 'validation',
    figure: el('div', { class: 'figure-place' }, chart.element, waiting),
    tools: [readout],
    legend: el(
      'footer',
      { class: 'legend' },
      el('span', { class: 'key' }, el('i', { class: 'swatch tuned' }), t('tuned prompt')),
      band,
      rows,
    ),
    table: () => table,
    save: (file) => context.send({ type: 'export', ...file }),
  });
  const { element } = frame;

  const changed = onChange();
  return {
    element,
    update({ run }) {
      if (!run || !changed(run.progress.evaluations, run.record, run.progress.state)) return;
      const { record, progress } = run;
      const looks = progress.evaluations
        .filter((one) => one.split === 'validation' && one.contender === 'tuned')
        .sort((a, b) => a.step - b.step);
      const last = looks.at(-1);
      show(waiting, !last);
      element.classList.toggle('waiting-chart', !last);
      show(chart.element, last !== undefined);
      if (!last) return setText(readout, '');
      const byLabel = last.metrics.kind === 'label';
      const title = byLabel ? t('Validation accuracy') : t('Validation word F1');
      frame.setTitle(title);
      setText(rows, t('{0}, by step', formatRows(last.metrics.rows)));
      show(band, byLabel);
      const scores = looks.map(({ metrics }) => headlineScore(metrics));
      const best = looks.find(({ step }) => step === record.best?.step) ?? bestValidation(looks)!;
      describe = (index = looks.length - 1) => {
        const interval = looks[index]!.metrics.kind === 'label' ? looks[index]!.metrics.interval : undefined;
        const step = formatCount(looks[index]!.step);
        const score = formatPercent(scores[index]!);
        if (!interval) return t('step {0}   {1}', step, score);
        const [low, high] = [formatPercent(interval[0], 0), formatPercent(interval[1], 0)];
        return t('step {0}   {1}   {2} to {3}', step, score, low, high);
      };
      setText(readout, describe(undefined));
      const levels = levelsOf(run);
      table = tableOf(title, looks, levels);
      frame.refresh();
      const summary = t(
        '{0}: {1} at step {2}, best {3} at step {4}.',
        title,
        formatPercent(scores.at(-1)!),
        last.step,
        formatPercent(headlineScore(best.metrics)),
        best.step,
      );
      chart.draw({
        x: looks.map(({ step }) => step),
        columns: [scores, edges(looks, 1), edges(looks, 0)],
        maxX: Math.max(lastX(run), last.step),
        levels,
        marks: [{ x: best.step, label: t('best, step {0}', formatCount(best.step)) }],
        summary: [summary, ...levels.map(({ label }) => `${label}.`)].join(' '),
      });
    },
  };
}

function tableOf(title: string, looks: ShownRun['progress']['evaluations'], levels: HardLevel[]): ChartTable {
  const percent = (value: number) => formatPercent(value);
  const text = looks.some(({ metrics }) => metrics.kind === 'text');
  return {
    caption: t('{0} by step', title),
    columns: [
      { name: t('Step'), values: looks.map(({ step }) => step) },
      {
        name: t('Tuned prompt'),
        values: looks.map(({ metrics }) => headlineScore(metrics)),
        format: percent,
      },
      ...(text
        ? []
        : [
            { name: t('95 % from'), values: edges(looks, 0), format: percent },
            { name: t('95 % to'), values: edges(looks, 1), format: percent },
          ]),
      ...levels.map(({ name, value }) => ({ name, values: looks.map(() => value), format: percent })),
    ],
  };
}

function edges(looks: ShownRun['progress']['evaluations'], end: 0 | 1): (number | null)[] {
  return looks.map(({ metrics }) => (metrics.kind === 'label' ? metrics.interval[end] : null));
}

interface HardLevel extends Level {
  name: string;
}

const LOOKS = {
  'zero-shot': { colour: '--sp-zero', dash: [6, 4] },
  'few-shot': { colour: '--sp-few', dash: [10, 3, 2, 3] },
} as const;

/** Hard prompts on the validation rows; where only the test rows have them, those, and the name says so. */
function levelsOf({ record, progress }: ShownRun): HardLevel[] {
  const levels: HardLevel[] = [];
  for (const contender of ['zero-shot', 'few-shot'] as const) {
    const validated = progress.evaluations.findLast(
      (one) => one.split === 'validation' && one.contender === contender,
    );
    const metrics = validated?.metrics ?? record.results[contender];
    if (!metrics) continue;
    const value = headlineScore(metrics);
    const score = formatPercent(value);
    const lower = CONTENDER_WORDS[contender];
    levels.push({
      value,
      name: CONTENDER_NAMES[contender],
      label: validated ? `${lower} ${score}` : t('{0} on test rows {1}', lower, score),
      ...LOOKS[contender],
    });
  }
  return levels;
}

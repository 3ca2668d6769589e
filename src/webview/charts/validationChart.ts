import { headlineScore } from '../../protocol/metrics';
import { el, onChange, setText, show } from '../kit/dom';
import { formatPercent } from '../kit/format';
import type { Component } from '../run/panelContext';
import { RUN_STATES } from '../run/runStates';
import { bestValidation, CONTENDER_NAMES, measureName } from '../run/standing';
import type { ShownRun } from '../run/store';
import { type Level, lineChart } from './charts';

/** The tuned prompt on the validation rows by step, with the hard prompts as the lines to beat. */
export function validationChart(): Component {
  const heading = el('h2', {}, 'Validation accuracy');
  const readout = el('span', { class: 'readout' });
  const rows = el('span', { class: 'unit' });
  const waiting = el('p', { class: 'empty-chart' }, 'The first look at the validation rows is on its way.');
  let describe: (index: number | undefined) => string = () => '';
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
    onPoint: (index) => setText(readout, describe(index)),
  });
  const band = el('span', { class: 'key' }, el('i', { class: 'swatch band' }), '95 % interval');
  const element = el(
    'section',
    { class: 'card' },
    el('header', { class: 'card-head' }, heading, readout),
    chart.element,
    waiting,
    el(
      'footer',
      { class: 'legend' },
      el('span', { class: 'key' }, el('i', { class: 'swatch tuned' }), 'tuned prompt'),
      band,
      rows,
    ),
  );

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
      const measure = measureName(last.metrics);
      setText(heading, `Validation ${measure}`);
      element.setAttribute('aria-label', `Validation ${measure}`);
      setText(rows, `${last.metrics.rows} rows, by step`);
      show(band, last.metrics.kind === 'label');
      const scores = looks.map(({ metrics }) => headlineScore(metrics));
      const best = looks.find(({ step }) => step === record.best?.step) ?? bestValidation(looks)!;
      describe = (index = looks.length - 1) => {
        const interval = looks[index]!.metrics.kind === 'label' ? looks[index]!.metrics.interval : undefined;
        const range = interval
          ? `   ${formatPercent(interval[0], 0)} to ${formatPercent(interval[1], 0)}`
          : '';
        return `step ${looks[index]!.step}   ${formatPercent(scores[index]!)}${range}`;
      };
      setText(readout, describe(undefined));
      const levels = levelsOf(run);
      chart.draw({
        x: looks.map(({ step }) => step),
        columns: [scores, edges(looks, 1), edges(looks, 0)],
        maxX: RUN_STATES[progress.state].live ? record.steps : (progress.curve.step.at(-1) ?? last.step),
        levels,
        marks: [{ x: best.step, label: `best, step ${best.step}` }],
        summary: `Validation ${measure}: ${formatPercent(scores.at(-1)!)} at step ${last.step}, best ${formatPercent(headlineScore(best.metrics))} at step ${best.step}. ${levels.map(({ label, value }) => `${label} ${formatPercent(value)}.`).join(' ')}`,
      });
    },
  };
}

function edges(looks: ShownRun['progress']['evaluations'], end: 0 | 1): (number | null)[] {
  return looks.map(({ metrics }) => (metrics.kind === 'label' ? metrics.interval[end] : null));
}

/** Hard prompts on the validation rows; where only the test rows have them, those, and the name says so. */
function levelsOf({ record, progress }: ShownRun): Level[] {
  const levels: Level[] = [];
  for (const contender of ['zero-shot', 'few-shot'] as const) {
    const name = CONTENDER_NAMES[contender].toLowerCase();
    const colour = contender === 'zero-shot' ? '--sp-zero' : '--sp-few';
    const validated = progress.evaluations.findLast(
      (one) => one.split === 'validation' && one.contender === contender,
    );
    const metrics = validated?.metrics ?? record.results[contender];
    if (!metrics) continue;
    const value = headlineScore(metrics);
    const where = validated ? '' : ' on test rows';
    levels.push({ value, label: `${name}${where} ${formatPercent(value)}`, colour });
  }
  return levels;
}

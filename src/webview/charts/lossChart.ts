import { el, onChange, setText, show } from '../kit/dom';
import { formatNumber } from '../kit/format';
import type { Component } from '../run/panelContext';
import { RUN_STATES } from '../run/runStates';
import { lineChart } from './charts';

/** Training loss by step: every step faint, the smoothed line on top. */
export function lossChart(): Component {
  const readout = el('span', { class: 'readout' });
  const scale = el(
    'button',
    {
      type: 'button',
      class: 'toggle',
      'aria-pressed': 'false',
      title: 'Logarithmic scale',
      on: { click: () => setLogarithmic(scale.getAttribute('aria-pressed') !== 'true') },
    },
    'Log',
  );
  const waiting = el('p', { class: 'empty-chart' }, 'The first step is on its way.');
  let describe: (index: number | undefined) => string = () => '';
  const chart = lineChart({
    lines: [
      { colour: '--sp-tuned', width: 1, strength: 0.38 },
      { colour: '--sp-tuned', width: 2 },
    ],
    formatY: formatNumber,
    onPoint: (index) => setText(readout, describe(index)),
  });
  const element = el(
    'section',
    { class: 'card', 'aria-label': 'Training loss' },
    el('header', { class: 'card-head' }, el('h2', {}, 'Training loss'), readout, scale),
    chart.element,
    waiting,
    el(
      'footer',
      { class: 'legend' },
      el('span', { class: 'key' }, el('i', { class: 'swatch faint' }), 'each step'),
      el('span', { class: 'key' }, el('i', { class: 'swatch tuned' }), 'smoothed'),
      el('span', { class: 'unit' }, 'nats, by step'),
    ),
  );

  function setLogarithmic(logarithmic: boolean): void {
    scale.setAttribute('aria-pressed', String(logarithmic));
    chart.setLogarithmic(logarithmic);
  }

  const changed = onChange();
  return {
    element,
    update({ run }) {
      if (!run || !changed(run.progress.curve, run.record, run.progress.state)) return;
      const { record, progress } = run;
      const { curve, resumedAt, state } = progress;
      const last = curve.step.length - 1;
      show(waiting, last < 0);
      element.classList.toggle('waiting-chart', last < 0);
      show(chart.element, last >= 0);
      if (last < 0) return setText(readout, '');
      describe = (index = last) =>
        `step ${curve.step[index]}   loss ${curve.loss[index]!.toFixed(3)}   smoothed ${curve.smoothed[index]!.toFixed(3)}`;
      setText(readout, describe(undefined));
      chart.draw({
        x: curve.step,
        columns: [curve.loss, curve.smoothed],
        maxX: RUN_STATES[state].live ? record.steps : curve.step[last]!,
        levels: [],
        marks: resumedAt.map((x) => ({ x, label: 'resumed' })),
        summary: `Training loss: ${formatNumber(curve.loss[0]!)} at step ${curve.step[0]}, smoothed ${formatNumber(curve.smoothed[last]!)} at step ${curve.step[last]}.`,
      });
    },
  };
}

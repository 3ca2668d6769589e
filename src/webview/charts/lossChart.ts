import { MOST_SMOOTHING, SMOOTHING, smooth } from '../../protocol/smoothing';
import { el, newId, onChange, setText, show } from '../kit/dom';
import { formatCount, formatFixed, formatNumber } from '../kit/format';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from '../run/panelContext';
import { chartFrame } from './chartFrame';
import { lineChart } from './charts';
import { lastX, STEPS_GROUP, stepMarks } from './stepAxis';

/** Training loss by step: every step faint, the smoothed line on top. */
export function lossChart(context: PanelContext): Component {
  const readout = el('span', { class: 'readout' });
  const waiting = el('p', { class: 'empty-chart' }, t('The first step is on its way.'));
  let describe: (index: number | undefined) => string = () => '';
  let numbers = { step: [] as number[], loss: [] as number[], smoothed: [] as number[] };
  let logarithmic = false;
  const chart = lineChart({
    lines: [
      { colour: '--sp-tuned', width: 1, strength: 0.38 },
      { colour: '--sp-tuned', width: 2 },
    ],
    formatY: formatNumber,
    group: STEPS_GROUP,
    onPoint: (index) => setText(readout, describe(index)),
  });
  const smoothing = smoothingControl((weight) => context.keep({ smoothing: weight }));
  const frame = chartFrame({
    title: t('Training loss'),
    fileName: 'training-loss',
    figure: el('div', { class: 'figure-place' }, chart.element, waiting),
    tools: [readout],
    legend: el(
      'footer',
      { class: 'legend' },
      el('span', { class: 'key' }, el('i', { class: 'swatch faint' }), t('each step')),
      el('span', { class: 'key' }, el('i', { class: 'swatch tuned' }), t('smoothed')),
      smoothing.element,
      el('span', { class: 'unit' }, t('nats, by step')),
    ),
    table: () =>
      numbers.step.length === 0
        ? undefined
        : {
            caption: t('Training loss by step'),
            columns: [
              { name: t('Step'), values: numbers.step },
              { name: t('Loss'), values: numbers.loss, format: fourDigits },
              { name: t('Smoothed'), values: numbers.smoothed, format: fourDigits },
            ],
          },
    logarithmic: { get: () => logarithmic, set: (on) => context.keep({ logarithmic: on || undefined }) },
    save: (file) => context.send({ type: 'export', ...file }),
  });

  const changed = onChange();
  return {
    element: frame.element,
    update({ run }, view) {
      const weight = view.smoothing ?? SMOOTHING;
      logarithmic = view.logarithmic ?? false;
      if (!run || !changed(run.progress.curve, run.record, run.progress.state, weight, logarithmic)) return;
      const { step, loss } = run.progress.curve;
      const last = step.length - 1;
      smoothing.set(weight);
      show(waiting, last < 0);
      frame.element.classList.toggle('waiting-chart', last < 0);
      show(chart.element, last >= 0);
      const smoothed = smooth(loss, weight);
      numbers = { step, loss, smoothed };
      frame.refresh();
      if (last < 0) return setText(readout, '');
      describe = (index = last) =>
        t(
          'step {0}   loss {1}   smoothed {2}',
          formatCount(step[index]!),
          formatFixed(loss[index]!, 3),
          formatFixed(smoothed[index]!, 3),
        );
      setText(readout, describe(undefined));
      chart.setLogarithmic(logarithmic);
      chart.draw({
        x: step,
        columns: [loss, smoothed],
        maxX: lastX(run),
        levels: [],
        marks: stepMarks(run.progress),
        summary: t(
          'Training loss: {0} at step {1}, smoothed {2} at step {3}.',
          formatNumber(loss[0]!),
          step[0]!,
          formatNumber(smoothed[last]!),
          step[last]!,
        ),
      });
    },
  };
}

function fourDigits(value: number): string {
  return formatFixed(value, 4);
}

function smoothingControl(onChoose: (weight: number) => void) {
  const id = newId('smoothing');
  const range = el('input', {
    type: 'range',
    id,
    class: 'range',
    min: 0,
    max: MOST_SMOOTHING,
    step: 0.01,
    title: t('How much the smoothed line remembers of earlier steps'),
  });
  range.addEventListener('input', () => onChoose(Number(range.value)));
  const element = el(
    'span',
    { class: 'key smoothing', 'data-no-picture': '' },
    el('label', { for: id, class: 'sr-only' }, t('Smoothing')),
    range,
  );
  return {
    element,
    set(weight: number): void {
      if (Number(range.value) !== weight) range.value = String(weight);
      range.setAttribute('aria-valuetext', weight.toFixed(2));
    },
  };
}

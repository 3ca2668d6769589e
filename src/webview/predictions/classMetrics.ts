import type { ClassMetrics, LabelMetrics, Metrics } from '../../protocol/metrics';
import { el, fill, onChange, show } from '../kit/dom';
import { formatCount } from '../kit/format';
import type { Component, PanelContext } from '../run/panelContext';
import { CONTENDER_NAMES, standingOf } from '../run/standing';

/** How each class fares, the hardest first, beside the best hard prompt. */
export function classMetrics(context: PanelContext): Component {
  const body = el('div', { class: 'class-scroll' });
  const element = el(
    'section',
    { class: 'card class-card', 'aria-label': 'Classes' },
    el(
      'header',
      { class: 'card-head' },
      el('h2', {}, 'Classes'),
      el('span', { class: 'readout' }, 'hardest first'),
    ),
    body,
  );
  const changed = onChange();
  return {
    element,
    update({ run }) {
      const standing = run && standingOf(run.record, run.progress);
      const tuned = standing?.split === 'test' ? labelMetrics(standing.tuned?.metrics) : undefined;
      show(element, tuned !== undefined);
      const hard = labelMetrics(standing?.bestHard?.metrics);
      if (!tuned || !changed(tuned, hard)) return;
      const name = standing?.bestHard && CONTENDER_NAMES[standing.bestHard.contender];
      const before = new Map(hard?.classes.map((one) => [one.label, one]));
      const sorted = [...tuned.classes].sort((a, b) => a.f1 - b.f1);
      fill(
        body,
        el(
          'table',
          { class: 'classes' },
          el('caption', { class: 'sr-only' }, 'Precision, recall and F1 of each class'),
          el(
            'thead',
            {},
            el(
              'tr',
              {},
              el('th', { scope: 'col' }, 'Class'),
              ...['Rows', 'Precision', 'Recall', 'F1'].map((one) =>
                el('th', { scope: 'col', class: one === 'Rows' ? 'number wide-only' : 'number' }, one),
              ),
              name && el('th', { scope: 'col', class: 'number', title: `F1 against ${name}` }, 'Gain'),
            ),
          ),
          el(
            'tbody',
            {},
            ...sorted.map((one) => line(one, name ? before.get(one.label) : undefined, context)),
          ),
          el(
            'tfoot',
            {},
            el(
              'tr',
              {},
              el('th', { scope: 'row' }, 'Macro average'),
              number(formatCount(tuned.rows), 'wide-only'),
              number(''),
              number(''),
              number(tuned.macroF1.toFixed(2)),
              hard && gain(tuned.macroF1 - hard.macroF1),
            ),
          ),
        ),
      );
    },
  };
}

function line(one: ClassMetrics, before: ClassMetrics | undefined, context: PanelContext): HTMLElement {
  return el(
    'tr',
    {},
    el(
      'th',
      { scope: 'row' },
      el(
        'button',
        {
          type: 'button',
          class: 'link',
          title: `Show the rows of ${one.label}`,
          on: { click: () => context.keep({ expected: one.label, predicted: undefined, outcome: 'all' }) },
        },
        one.label,
      ),
    ),
    number(formatCount(one.support), 'wide-only'),
    number(one.precision.toFixed(2)),
    number(one.recall.toFixed(2)),
    number(one.f1.toFixed(2)),
    before && gain(one.f1 - before.f1),
  );
}

function number(text: string, more = ''): HTMLElement {
  return el('td', { class: `number ${more}` }, text);
}

function gain(difference: number): HTMLElement {
  const rounded = Number(difference.toFixed(2));
  const look = rounded > 0 ? 'good' : rounded < 0 ? 'bad' : 'quiet';
  const sign = rounded > 0 ? '+' : rounded < 0 ? '−' : '';
  return el('td', { class: `number ${look}` }, `${sign}${Math.abs(rounded).toFixed(2)}`);
}

function labelMetrics(metrics: Metrics | undefined): LabelMetrics | undefined {
  return metrics?.kind === 'label' ? metrics : undefined;
}

import type { ClassMetrics, LabelMetrics, Metrics } from '../../protocol/metrics';
import { chartFrame } from '../charts/chartFrame';
import type { ChartTable } from '../charts/chartTable';
import { el, fill, onChange, show } from '../kit/dom';
import { formatCount, formatFixed } from '../kit/format';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from '../run/panelContext';
import { CONTENDER_NAMES } from '../run/standing';
import { shownRows } from './shownRows';
import { showRows } from './showRows';

/** How each class fares, the hardest first, beside the best hard prompt. */
export function classMetrics(context: PanelContext): Component {
  let shown: { tuned: LabelMetrics; hard?: LabelMetrics } | undefined;
  const body = el('div', { class: 'class-scroll' });
  const frame = chartFrame({
    title: t('Classes'),
    fileName: 'classes',
    tools: [el('span', { class: 'readout' }, t('hardest first'))],
    figure: body,
    table: () => shown && classTable(shown.tuned, shown.hard),
    save: (file) => context.send({ type: 'export', ...file }),
    look: 'class-card',
  });
  const { element } = frame;
  const changed = onChange();
  return {
    element,
    update({ run }, view) {
      const rows = run && shownRows(run, view);
      const tuned = labelMetrics(rows?.metrics);
      show(element, tuned !== undefined);
      const hard = labelMetrics(rows?.hard?.metrics);
      if (!tuned || !changed(tuned, hard)) return;
      shown = { tuned, hard };
      const name = hard && rows?.hard && CONTENDER_NAMES[rows.hard.contender];
      const focused = (document.activeElement as HTMLElement | null)?.dataset.label;
      const before = new Map(hard?.classes.map((one) => [one.label, one]));
      const sorted = [...tuned.classes].sort((a, b) => a.f1 - b.f1);
      fill(
        body,
        el(
          'table',
          { class: 'classes' },
          el('caption', { class: 'sr-only' }, t('Precision, recall and F1 of each class')),
          el(
            'thead',
            {},
            el(
              'tr',
              {},
              el('th', { scope: 'col' }, t('Class')),
              el('th', { scope: 'col', class: 'number wide-only' }, t('Rows')),
              ...[t('Precision'), t('Recall'), t('F1')].map((one) =>
                el('th', { scope: 'col', class: 'number' }, one),
              ),
              name &&
                el('th', { scope: 'col', class: 'number', title: t('F1 against {0}', name) }, t('Gain')),
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
              el('th', { scope: 'row' }, t('Macro average')),
              number(formatCount(tuned.rows), 'wide-only'),
              number(''),
              number(''),
              number(formatFixed(tuned.macroF1, 2)),
              hard && gain(tuned.macroF1 - hard.macroF1),
            ),
          ),
        ),
      );
      if (focused !== undefined) {
        const links = body.querySelectorAll<HTMLElement>('[data-label]');
        [...links].find(({ dataset }) => dataset.label === focused)?.focus();
      }
      frame.refresh();
    },
  };
}

function classTable(tuned: LabelMetrics, hard: LabelMetrics | undefined): ChartTable {
  const before = new Map(hard?.classes.map(({ label, f1 }) => [label, f1]));
  const { classes } = tuned;
  const format = (value: number) => formatFixed(value, 3);
  return {
    caption: t('Precision, recall and F1 of each class'),
    columns: [
      { name: t('Class'), values: classes.map(({ label }) => label) },
      { name: t('Rows'), values: classes.map(({ support }) => support), format: formatCount },
      { name: t('Precision'), values: classes.map(({ precision }) => precision), format },
      { name: t('Recall'), values: classes.map(({ recall }) => recall), format },
      { name: t('F1'), values: classes.map(({ f1 }) => f1), format },
      ...(hard
        ? [
            {
              name: t('F1 of the hard prompt'),
              values: classes.map(({ label }) => before.get(label) ?? null),
              format,
            },
          ]
        : []),
    ],
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
          title: t('Show the rows of {0}', one.label),
          'data-label': one.label,
          on: {
            click: () => {
              context.keep({ expected: one.label, predicted: undefined, outcome: 'all' });
              showRows();
            },
          },
        },
        one.label,
      ),
    ),
    number(formatCount(one.support), 'wide-only'),
    number(formatFixed(one.precision, 2)),
    number(formatFixed(one.recall, 2)),
    number(formatFixed(one.f1, 2)),
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
  return el('td', { class: `number ${look}` }, `${sign}${formatFixed(Math.abs(rounded), 2)}`);
}

function labelMetrics(metrics: Metrics | undefined): LabelMetrics | undefined {
  return metrics?.kind === 'label' ? metrics : undefined;
}

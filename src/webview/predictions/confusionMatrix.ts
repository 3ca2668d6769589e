import type { LabelMetrics } from '../../protocol/metrics';
import { chartFrame } from '../charts/chartFrame';
import type { ChartTable } from '../charts/chartTable';
import { el, fill, onChange, setAttribute, setText, show } from '../kit/dom';
import { formatCount, formatPercent, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import { type Colour, mix, onThemeChange, readableOn, themeColour, toCss } from '../kit/theme';
import type { Component, PanelContext } from '../run/panelContext';
import { shownRows } from './shownRows';
import { showRows } from './showRows';

/** With more classes than this the cells shrink and the matrix takes the whole width. */
export const FEW_CLASSES = 12;

/** Expected against predicted classes; a cell filters the table of predictions to its rows. */
export function confusionMatrix(context: PanelContext): Component {
  const body = el('div', { class: 'matrix-scroll' });
  const hint = t('Rows are expected, columns predicted. Choose a cell to see its rows.');
  const frame = chartFrame({
    title: t('Confusion matrix'),
    fileName: 'confusion-matrix',
    figure: el('div', {}, el('p', { class: 'hint' }, hint), body),
    table: () => metrics && matrixTable(metrics),
    save: (file) => context.send({ type: 'export', ...file }),
    look: 'matrix-card',
  });
  const { element } = frame;
  let metrics: LabelMetrics | undefined;
  let chosen: { expected?: string; predicted?: string } = {};

  body.addEventListener('click', (event) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('td');
    if (!cell) return;
    choose(cell);
    showRows();
  });
  body.addEventListener('keydown', onKey);
  onThemeChange(paint);

  const changed = onChange();
  const labelsChanged = onChange();
  const choiceChanged = onChange();
  return {
    element,
    update({ run }, view) {
      const { expected, predicted } = view;
      const tuned = run && shownRows(run, view)?.metrics;
      metrics = tuned?.kind === 'label' ? tuned : undefined;
      show(element, metrics !== undefined);
      if (!metrics) return;
      const fresh = changed(metrics);
      if (fresh) {
        const { labels } = metrics.confusion;
        element.classList.toggle('compact', labels.length > FEW_CLASSES);
        // The cells stay while a run trains: whoever is on one of them stays there.
        if (labelsChanged(...labels)) fill(body, matrix(labels));
        count(metrics);
        paint();
        frame.refresh();
      }
      chosen = { expected, predicted };
      if (choiceChanged(expected, predicted) || fresh) mark();
    },
  };

  function choose(cell: HTMLElement): void {
    const { labels } = metrics!.confusion;
    const expected = labels[Number(cell.dataset.expected)];
    const predicted = labels[Number(cell.dataset.predicted)];
    const again = chosen.expected === expected && chosen.predicted === predicted;
    context.keep(
      again
        ? { expected: undefined, predicted: undefined }
        : { expected, predicted, outcome: 'all', filter: '' },
    );
    focusCell(cell);
  }

  function focusCell(cell: HTMLElement): void {
    for (const one of body.querySelectorAll<HTMLElement>('td[tabindex="0"]')) one.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  function onKey(event: KeyboardEvent): void {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('td');
    if (!cell) return;
    const row = Number(cell.dataset.expected);
    const column = Number(cell.dataset.predicted);
    const moves: Record<string, [number, number]> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
    };
    const to = moves[event.key];
    if (to) {
      const next = body.querySelector<HTMLElement>(`td[data-expected="${to[0]}"][data-predicted="${to[1]}"]`);
      if (next) focusCell(next);
    } else if (event.key === 'Enter' || event.key === ' ') choose(cell);
    else return;
    event.preventDefault();
  }

  function mark(): void {
    for (const cell of body.querySelectorAll<HTMLElement>('td')) {
      const { labels } = metrics!.confusion;
      const selected =
        labels[Number(cell.dataset.expected)] === chosen.expected &&
        labels[Number(cell.dataset.predicted)] === chosen.predicted;
      cell.setAttribute('aria-selected', String(selected));
    }
  }

  /** Writes the numbers into the cells. */
  function count({ confusion: { labels, counts } }: LabelMetrics): void {
    const totals = counts.map((row) => row.reduce((sum, rows) => sum + rows, 0));
    for (const cell of body.querySelectorAll<HTMLElement>('td')) {
      const i = Number(cell.dataset.expected);
      const j = Number(cell.dataset.predicted);
      const rows = counts[i]?.[j] ?? 0;
      const share = formatPercent(rows / Math.max(1, totals[i] ?? 0), 0);
      const words = t(
        'expected {0}, predicted {1}: {2}, {3} of its class',
        labels[i]!,
        labels[j]!,
        formatRows(rows),
        share,
      );
      setAttribute(cell, 'aria-label', words);
      cell.title = words;
      setText(cell, rows > 0 ? formatCount(rows) : '');
    }
  }

  /** A cell is as strong as its part of the expected class; right ones in one hue, wrong ones in another. */
  function paint(): void {
    if (!metrics) return;
    const { counts } = metrics.confusion;
    const background = themeColour('--sp-background');
    const ink = themeColour('--sp-ink');
    const right = themeColour('--sp-right');
    const wrong = themeColour('--sp-wrong');
    const sums = counts.map((row) => row.reduce((total, count) => total + count, 0));
    for (const cell of body.querySelectorAll<HTMLElement>('td')) {
      const i = Number(cell.dataset.expected);
      const j = Number(cell.dataset.predicted);
      const count = counts[i]?.[j] ?? 0;
      const share = count / Math.max(1, sums[i] ?? 0);
      const colour: Colour = mix(i === j ? right : wrong, background, count > 0 ? 0.12 + 0.68 * share : 0);
      cell.style.backgroundColor = count > 0 ? toCss(colour) : '';
      cell.style.color = count > 0 ? toCss(readableOn(colour, ink)) : '';
    }
  }
}

function matrix(labels: readonly string[]): HTMLElement {
  const columns = el(
    'tr',
    {},
    el('th', { class: 'corner', scope: 'col' }, el('span', { class: 'sr-only' }, t('Expected class'))),
    ...labels.map((label) => el('th', { scope: 'col', title: label }, el('span', {}, label))),
  );
  const rows = labels.map((expected, i) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row', title: expected }, el('span', {}, expected)),
      ...labels.map((_, j) =>
        el('td', {
          role: 'gridcell',
          tabindex: i === 0 && j === 0 ? 0 : -1,
          'data-expected': i,
          'data-predicted': j,
          class: i === j ? 'diagonal' : '',
        }),
      ),
    ),
  );
  return el(
    'table',
    { class: 'matrix', role: 'grid', 'aria-label': t('Confusion matrix') },
    el('thead', {}, columns),
    el('tbody', {}, ...rows),
  );
}

/** The cells that have rows, most first. */
function matrixTable({ confusion: { labels, counts } }: LabelMetrics): ChartTable {
  const cells = counts
    .flatMap((row, i) => {
      const total = row.reduce((sum, rows) => sum + rows, 0);
      return row.map((rows, j) => ({
        expected: labels[i]!,
        predicted: labels[j]!,
        rows,
        share: rows / total,
      }));
    })
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows);
  return {
    caption: t('Rows by expected and predicted class'),
    columns: [
      { name: t('Expected'), values: cells.map(({ expected }) => expected) },
      { name: t('Predicted'), values: cells.map(({ predicted }) => predicted) },
      { name: t('Rows'), values: cells.map(({ rows }) => rows), format: formatCount },
      {
        name: t('Of its class'),
        values: cells.map(({ share }) => share),
        format: (share) => formatPercent(share),
      },
    ],
  };
}

import type { LabelMetrics } from '../../protocol/metrics';
import { el, fill, onChange, show } from '../kit/dom';
import { formatCount, formatPercent, formatRows } from '../kit/format';
import { type Colour, mix, onThemeChange, readableOn, themeColour, toCss } from '../kit/theme';
import type { Component, PanelContext } from '../run/panelContext';
import { standingOf } from '../run/standing';

/** With more classes than this the cells shrink and the matrix takes the whole width. */
export const FEW_CLASSES = 12;

/** Expected against predicted classes; a cell filters the table of predictions to its rows. */
export function confusionMatrix(context: PanelContext): Component {
  const body = el('div', { class: 'matrix-scroll' });
  const element = el(
    'section',
    { class: 'card matrix-card', 'aria-label': 'Confusion matrix' },
    el('header', { class: 'card-head' }, el('h2', {}, 'Confusion matrix')),
    el('p', { class: 'hint' }, 'Rows are expected, columns predicted. Choose a cell to see its rows.'),
    body,
  );
  let metrics: LabelMetrics | undefined;
  let chosen: { expected?: string; predicted?: string } = {};

  body.addEventListener('click', (event) => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('td');
    if (cell) choose(cell);
  });
  body.addEventListener('keydown', onKey);
  onThemeChange(paint);

  const changed = onChange();
  const choiceChanged = onChange();
  return {
    element,
    update({ run }, { expected, predicted }) {
      const standing = run && standingOf(run.record, run.progress);
      const tuned = standing?.split === 'test' ? standing.tuned?.metrics : undefined;
      metrics = tuned?.kind === 'label' ? tuned : undefined;
      show(element, metrics !== undefined);
      if (!metrics) return;
      const fresh = changed(metrics);
      if (fresh) {
        element.classList.toggle('compact', metrics.confusion.labels.length > FEW_CLASSES);
        fill(body, matrix(metrics));
        paint();
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

function matrix({ confusion: { labels, counts } }: LabelMetrics): HTMLElement {
  const columns = el(
    'tr',
    {},
    el('th', { class: 'corner', scope: 'col' }, el('span', { class: 'sr-only' }, 'Expected class')),
    ...labels.map((label) => el('th', { scope: 'col', title: label }, el('span', {}, label))),
  );
  const rows = counts.map((row, i) => {
    const expected = labels[i]!;
    const total = row.reduce((sum, count) => sum + count, 0);
    return el(
      'tr',
      {},
      el('th', { scope: 'row', title: expected }, el('span', {}, expected)),
      ...row.map((count, j) => {
        const words = `expected ${expected}, predicted ${labels[j]}: ${formatRows(count)}, ${formatPercent(count / Math.max(1, total), 0)} of its class`;
        return el(
          'td',
          {
            role: 'gridcell',
            tabindex: i === 0 && j === 0 ? 0 : -1,
            'aria-label': words,
            title: words,
            'data-expected': i,
            'data-predicted': j,
            class: i === j ? 'diagonal' : '',
          },
          count > 0 ? formatCount(count) : '',
        );
      }),
    );
  });
  return el(
    'table',
    { class: 'matrix', role: 'grid', 'aria-label': 'Confusion matrix' },
    el('thead', {}, columns),
    el('tbody', {}, ...rows),
  );
}

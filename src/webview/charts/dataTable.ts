import { el, fill, onChange, setAttribute, show } from '../kit/dom';
import { type ChartTable, cellText, tableRows } from './chartTable';

/** Height of a row in CSS pixels; webview.css has the same for `.data-table`. */
const ROW = 24;
const OVERSCAN = 10;
/** Shorter tables are in the page as a whole. */
const WHOLE = 200;

export interface DataTable {
  element: HTMLElement;
  set(table: ChartTable): void;
}

/** A chart's numbers as a table; a long one has only the rows in view in the page. */
export function dataTable(): DataTable {
  const caption = el('caption', { class: 'sr-only' });
  const head = el('thead', {});
  const body = el('tbody', {});
  const grid = el('table', { class: 'data-table' }, caption, head, body);
  const element = el('div', { class: 'data-scroll', role: 'region', tabindex: 0 }, grid);
  const headChanged = onChange();
  let table: ChartTable = { caption: '', columns: [] };
  let shown = '';

  const above = el('tr', { 'aria-hidden': 'true', class: 'data-spacer' });
  const below = el('tr', { 'aria-hidden': 'true', class: 'data-spacer' });
  /** Asked of the page only when it changes: asking lays the page out. */
  let viewHeight = 0;
  let scrolled = 0;

  const onScroll = () => {
    scrolled = element.scrollTop;
    draw();
  };
  element.addEventListener('scroll', onScroll, { passive: true });
  new ResizeObserver(([entry]) => {
    viewHeight = entry?.contentRect.height ?? 0;
    draw();
  }).observe(element);

  function draw(): void {
    const rows = tableRows(table);
    const whole = rows <= WHOLE;
    const height = viewHeight || 300;
    const first = whole ? 0 : Math.max(0, Math.floor(scrolled / ROW) - OVERSCAN);
    const end = whole ? rows : Math.min(rows, first + Math.ceil(height / ROW) + 2 * OVERSCAN);
    setAttribute(grid, 'aria-rowcount', rows + 1);
    above.style.height = `${first * ROW}px`;
    below.style.height = `${(rows - end) * ROW}px`;
    show(above, first > 0);
    show(below, end < rows);
    // While steps come in, those in view mostly stay what they are.
    const visible = Array.from({ length: end - first }, (_, i) => cells(first + i));
    const next = `${first}\n${visible.map((texts) => texts.join('\t')).join('\n')}`;
    if (next === shown) return;
    shown = next;
    fill(body, above, ...visible.map((texts, i) => line(first + i, texts)), below);
  }

  function cells(row: number): string[] {
    return table.columns.map((column) => cellText(column, row));
  }

  function line(row: number, texts: readonly string[]): HTMLElement {
    return el(
      'tr',
      { 'aria-rowindex': row + 2 },
      ...texts.map((text, index) =>
        index === 0
          ? el('th', { scope: 'row', class: look(row, index) }, text)
          : el('td', { class: look(row, index) }, text),
      ),
    );
  }

  function look(row: number, index: number): string {
    return typeof table.columns[index]?.values[row] === 'string' ? '' : 'number';
  }

  return {
    element,
    set(next) {
      table = next;
      if (headChanged(next.caption, next.columns.map(({ name }) => name).join('\n'))) {
        caption.textContent = next.caption;
        element.setAttribute('aria-label', next.caption);
        fill(
          head,
          el(
            'tr',
            { 'aria-rowindex': 1 },
            ...next.columns.map(({ name }, index) => el('th', { scope: 'col', class: look(0, index) }, name)),
          ),
        );
      }
      draw();
    },
  };
}

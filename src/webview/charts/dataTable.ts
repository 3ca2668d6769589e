import { el, fill, onChange } from '../kit/dom';
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

  element.addEventListener('scroll', () => draw(false), { passive: true });
  new ResizeObserver(() => draw(false)).observe(element);

  function draw(changed: boolean): void {
    const rows = tableRows(table);
    const whole = rows <= WHOLE;
    const height = element.clientHeight || 300;
    const first = whole ? 0 : Math.max(0, Math.floor(element.scrollTop / ROW) - OVERSCAN);
    const end = whole ? rows : Math.min(rows, first + Math.ceil(height / ROW) + 2 * OVERSCAN);
    if (!changed && shown === `${first} ${end}`) return;
    shown = `${first} ${end}`;
    grid.setAttribute('aria-rowcount', String(rows + 1));
    fill(
      body,
      spacer(first),
      ...Array.from({ length: end - first }, (_, i) => line(first + i)),
      spacer(rows - end),
    );
  }

  function spacer(rows: number): HTMLElement | undefined {
    if (rows <= 0) return undefined;
    const row = el('tr', { 'aria-hidden': 'true', class: 'data-spacer' });
    row.style.height = `${rows * ROW}px`;
    return row;
  }

  function line(row: number): HTMLElement {
    return el(
      'tr',
      { 'aria-rowindex': row + 2 },
      ...table.columns.map((column, index) =>
        index === 0
          ? el('th', { scope: 'row', class: look(row, index) }, cellText(column, row))
          : el('td', { class: look(row, index) }, cellText(column, row)),
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
      draw(true);
    },
  };
}

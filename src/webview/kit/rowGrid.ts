import { el, newId } from './dom';
import { rowAfterKey, virtualRows } from './virtualRows';

const HEAD_HEIGHT = 32;

export interface RowGridOptions {
  /** For screen readers: what the rows are, and what the keys do. */
  label: string;
  /** The cells of a row, counted from 0. */
  cells(index: number): HTMLElement[];
  title?(index: number): string;
  /** A row became the active one, by key or click. */
  onActive?(index: number): void;
  /** Enter, or a click. */
  onOpen(index: number): void;
}

export interface RowGrid {
  element: HTMLElement;
  /** The row of column headers. */
  head: HTMLElement;
  /** The active row; always one of the rows, where there are any. */
  readonly active: number;
  /** Other rows, or other cells in them; keeps the place unless told to go to the top. */
  setRows(count: number, active: number, toTop: boolean): void;
}

/** A long list of rows after the ARIA grid pattern: one is active, arrows and page keys move, Enter and a click open. */
export function rowGrid({ label, cells, title, onActive, onOpen }: RowGridOptions): RowGrid {
  const prefix = newId('row');
  let count = 0;
  let active = 0;
  const head = el('div', { class: 'table-head table-row', role: 'row', 'aria-rowindex': 1 });
  const element = el('div', {
    class: 'table',
    role: 'grid',
    tabindex: 0,
    'aria-label': label,
    on: { keydown: (event) => onKey(event as KeyboardEvent), click: onClick },
  });
  const rows = virtualRows(element, HEAD_HEIGHT, renderRow);
  element.append(el('div', { role: 'rowgroup', class: 'table-head-group' }, head), rows.element);

  function renderRow(index: number): HTMLElement {
    return el(
      'div',
      {
        class: 'table-row',
        role: 'row',
        id: `${prefix}-${index}`,
        'aria-rowindex': index + 2,
        'aria-selected': index === active ? 'true' : 'false',
        'data-index': index,
        title: title?.(index),
      },
      ...cells(index),
    );
  }

  function setActive(index: number): void {
    active = index;
    rows.scrollTo(active);
    rows.redraw();
    nameActive();
    onActive?.(active);
  }

  function nameActive(): void {
    if (active < count) element.setAttribute('aria-activedescendant', `${prefix}-${active}`);
    else element.removeAttribute('aria-activedescendant');
  }

  function onKey(event: KeyboardEvent): void {
    if (event.target !== element || count === 0) return;
    const target = rowAfterKey(event.key, active, count, rows.pageSize());
    if (target !== undefined) setActive(target);
    else if (event.key === 'Enter') onOpen(active);
    else return;
    event.preventDefault();
  }

  function onClick(event: Event): void {
    const index = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index;
    if (index === undefined) return;
    setActive(Number(index));
    onOpen(active);
  }

  return {
    element,
    head,
    get active() {
      return active;
    },
    setRows(nextCount, nextActive, toTop) {
      count = nextCount;
      active = nextActive;
      element.setAttribute('aria-rowcount', String(count + 1));
      rows.setCount(count, toTop);
      nameActive();
    },
  };
}

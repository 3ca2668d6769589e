import type { TablePageState } from '../../protocol/tablePage';
import { el, setAttribute } from '../kit/dom';
import { t } from '../kit/l10n';
import { oncePerFrame } from '../kit/oncePerFrame';
import { columnsBetween, type GridColumn, gridColumns } from './gridColumns';
import { gridHead } from './gridHead';
import { moves } from './gridKeys';
import { ACTIVE_CELL, type GridRow, gridRow } from './gridRow';
import { type ScrollSpan, scrollSpan } from './scrollSpan';
import type { TableContext, TablePart } from './tableContext';
import { PAGE_ROWS, rowAt, rowCount, type TableModel } from './tableModel';

/** In CSS pixels; table.css has the same. */
const GRID_ROW_HEIGHT = 28;
const HEAD_HEIGHT = 88;
const NUMBER_WIDTH = 84;
/** Pages that are asked for at once: more than fit on a screen. */
const MOST_PAGES_ASKED = 3;

export interface Grid extends TablePart {
  focus(): void;
  /** Makes a cell the active one and brings it into view. */
  goTo(index: number, column?: number): void;
}

/** The rows in view, and no others, in the page; used again for others as the table is scrolled. */
export function grid(context: TableContext): Grid {
  let model: TableModel | undefined;
  let view: TablePageState = {};
  let columns: GridColumn[] = [];
  let width = 0;
  let layout = '';
  let span: ScrollSpan = scrollSpan(0, 0);
  let top = 0;
  /** Where the scrollbar was put by us, so that its answer is not taken for the user's. */
  let placed: number | undefined;
  let seenHeight = 0;
  let restored = false;
  let asked = '';
  const schedule = oncePerFrame(draw);
  const rows = new Map<number, GridRow>();
  let drawn = '';

  const names = gridHead(context, { toColumn, toRows: () => element.focus() });
  const corner = el('span', { class: 'grid-number', role: 'columnheader', 'aria-colindex': 1 }, t('Row'));
  const head = el('div', { class: 'grid-head', role: 'row', 'aria-rowindex': 1 }, corner, names.element);
  const body = el('div', { class: 'grid-body', role: 'rowgroup' });
  const screen = el(
    'div',
    { class: 'grid-view', role: 'presentation' },
    el('div', { role: 'rowgroup' }, head),
    body,
  );
  const way = el('div', { class: 'grid-way', role: 'presentation' }, screen);
  const element = el(
    'div',
    {
      class: 'grid',
      role: 'grid',
      tabindex: 0,
      'aria-readonly': 'true',
      'aria-label': t(
        'Rows. Arrow keys move, from the first row up to the columns’ names; Enter shows a row in full.',
      ),
      on: {
        scroll: onScroll,
        keydown: (event) => onKey(event as KeyboardEvent),
        click: onClick,
        dblclick: onOpen,
      },
    },
    way,
  );
  element.addEventListener('wheel', onWheel, { passive: false });
  new ResizeObserver(() => layOut()).observe(element);

  const bodyHeight = (): number => Math.max(GRID_ROW_HEIGHT, element.clientHeight - HEAD_HEIGHT);
  const listHeight = (): number => rowCount(model!) * GRID_ROW_HEIGHT;

  function layOut(): void {
    if (!model || element.clientHeight === 0) return;
    columns = gridColumns(model.columns, {
      answers: model.predictedBy !== undefined,
      widths: view.widths ?? {},
      view: element.clientWidth - NUMBER_WIDTH,
    });
    const last = columns.at(-1);
    width = last ? last.left + last.width : 0;
    layout = columns.map((column) => column.width).join();
    span = scrollSpan(listHeight() + HEAD_HEIGHT, element.clientHeight);
    way.style.height = `${Math.max(span.height, element.clientHeight)}px`;
    way.style.width = `${Math.max(width + NUMBER_WIDTH, element.clientWidth)}px`;
    screen.style.width = `${element.clientWidth}px`;
    screen.style.height = `${element.clientHeight}px`;
    setAttribute(element, 'aria-rowcount', model.state?.found.done === false ? -1 : rowCount(model) + 1);
    setAttribute(element, 'aria-colcount', columns.length + 1);
    if (!restored && view.top && listHeight() > view.top * GRID_ROW_HEIGHT)
      moveTo(view.top * GRID_ROW_HEIGHT);
    restored ||= rowCount(model) > 0 && (!view.top || top > 0 || model.state?.done === true);
    if (top > span.end) moveTo(span.end);
    keepActiveInView();
    draw();
  }

  /** When the pane opens below, the row that it shows stays in view; half a row counts as seen. */
  function keepActiveInView(): void {
    const before = seenHeight;
    seenHeight = bodyHeight();
    const bottom = ((view.row ?? 0) + 1) * GRID_ROW_HEIGHT - top;
    if (bottom <= before + GRID_ROW_HEIGHT && bottom > seenHeight) moveTo(top + bottom - seenHeight);
  }

  /** Shows the list from `next` on, in pixels of the list. */
  function moveTo(next: number): void {
    top = Math.max(0, Math.min(span.end, next));
    placed = Math.round(span.toScroll(top));
    element.scrollTop = placed;
  }

  function onScroll(): void {
    if (placed !== undefined && Math.abs(element.scrollTop - placed) <= 1) placed = undefined;
    else {
      placed = undefined;
      top = span.toTop(element.scrollTop);
    }
    remember();
    schedule();
  }

  /** In a list longer than a scrollbar's way, a notch of the wheel still is a notch. */
  function onWheel(event: WheelEvent): void {
    if (!span.scaled || event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? GRID_ROW_HEIGHT : 1;
    moveTo(top + event.deltaY * unit);
    event.preventDefault();
    remember();
    schedule();
  }

  function remember(): void {
    const first = Math.round(top / GRID_ROW_HEIGHT);
    if (restored && first !== view.top) context.keep({ top: first });
  }

  function draw(): void {
    if (!model) return;
    const count = rowCount(model);
    const first = Math.min(Math.floor(top / GRID_ROW_HEIGHT), Math.max(0, count - 1));
    const end = Math.min(count, first + Math.ceil(bodyHeight() / GRID_ROW_HEIGHT) + 1);
    const left = element.scrollLeft;
    const [firstColumn, endColumn] = columnsBetween(columns, left, left + element.clientWidth - NUMBER_WIDTH);
    const active = Math.min(view.row ?? 0, count - 1);
    const activeColumn = Math.min(view.column ?? 0, columns.length - 1);
    const state = [model.stamp, firstColumn, endColumn, active, activeColumn, layout].join();
    const all = state !== drawn;
    drawn = state;
    const free: GridRow[] = [];
    for (const [index, row] of rows) {
      if (index >= first && index < end) continue;
      rows.delete(index);
      free.push(row);
    }
    for (let index = first; index < end; index++) {
      let row = rows.get(index);
      if (!row || all) {
        row ??= free.pop() ?? addRow();
        rows.set(index, row);
        const data = rowAt(model, index);
        row.show({
          index,
          row: data,
          prediction: data && model.predictions.get(data.row),
          columns,
          first: firstColumn,
          end: endColumn,
          width,
          active: index === active,
          activeColumn,
        });
      }
      row.element.style.transform = `translateY(${index * GRID_ROW_HEIGHT - top}px)`;
    }
    for (const row of free) row.element.remove();
    screen.style.setProperty('--shift', `${-left}px`);
    if (all) names.draw(model, columns, { first: firstColumn, end: endColumn, activeColumn });
    const inView = rows.has(active) && activeColumn >= firstColumn && activeColumn < endColumn;
    setAttribute(element, 'aria-activedescendant', inView ? ACTIVE_CELL : undefined);
    fetch(first, end);
  }

  function addRow(): GridRow {
    const row = gridRow();
    body.append(row.element);
    return row;
  }

  /** Asks for the rows in view that are not there, page by page; once, until something new is heard. */
  function fetch(first: number, end: number): void {
    if (!model || end <= first) return;
    const pages: number[] = [];
    for (let page = Math.floor(first / PAGE_ROWS); page <= Math.floor((end - 1) / PAGE_ROWS); page++) {
      if (!model.pages.has(page)) pages.push(page);
    }
    if (pages.length === 0) return;
    const from = pages[0]! * PAGE_ROWS;
    const key = `${from} ${model.heard} ${JSON.stringify(model.query)}`;
    if (key === asked) return;
    asked = key;
    const count = Math.min(MOST_PAGES_ASKED, pages.at(-1)! - pages[0]! + 1) * PAGE_ROWS;
    context.send({ type: 'rows', query: model.query, from, count });
  }

  function setActive(index: number, column: number): void {
    if (!model) return;
    const row = Math.max(0, Math.min(rowCount(model) - 1, index));
    const at = Math.max(0, Math.min(columns.length - 1, column));
    const y = row * GRID_ROW_HEIGHT;
    if (y < top) moveTo(y);
    else if (y + GRID_ROW_HEIGHT > top + bodyHeight()) moveTo(y + GRID_ROW_HEIGHT - bodyHeight());
    const { left = 0, width: wide = 0 } = columns[at] ?? {};
    const seen = element.clientWidth - NUMBER_WIDTH;
    if (left < element.scrollLeft) element.scrollLeft = left;
    else if (left + wide > element.scrollLeft + seen) element.scrollLeft = Math.min(left, left + wide - seen);
    // Keys come faster than frames.
    view = { ...view, row, column: at };
    context.keep({ row, column: at });
  }

  /** To a column's name, which is brought into view first. */
  function toColumn(column: number): void {
    setActive(view.row ?? 0, column);
    draw();
    names.focus(view.column ?? 0);
  }

  function onKey(event: KeyboardEvent): void {
    if (event.target !== element || !model) return;
    const [row, column] = [view.row ?? 0, view.column ?? 0];
    const page = Math.max(1, Math.floor(bodyHeight() / GRID_ROW_HEIGHT) - 1);
    const target = moves(event, { row, column, page, rows: rowCount(model), columns: columns.length });
    if (event.key === 'ArrowUp' && row === 0) toColumn(column);
    else if (target) setActive(target.row, target.column);
    else if (event.key === 'Enter' || event.key === ' ') context.showDetail(true);
    else if (event.key === 'Escape') context.showDetail(false);
    else if (event.key.toLowerCase() === 'c' && (event.ctrlKey || event.metaKey)) copy(row, column);
    else return;
    event.preventDefault();
  }

  function copy(index: number, at: number): void {
    const row = model && rowAt(model, index);
    const column = columns[at]?.cell;
    if (row && column !== undefined) context.send({ type: 'copy', row: row.row, column });
  }

  function onClick(event: Event): void {
    const line = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    if (!line) return;
    const cell = (event.target as HTMLElement).closest('[aria-colindex]');
    setActive(Number(line.dataset.index), Number(cell?.getAttribute('aria-colindex') ?? 2) - 2);
  }

  function onOpen(event: Event): void {
    if ((event.target as HTMLElement).closest('[data-index]')) context.showDetail(true);
  }

  return {
    element,
    focus: () => element.focus(),
    goTo: (index, column = view.column ?? 0) => setActive(index, column),
    update(next, nextView) {
      const turned = view.query !== undefined && nextView.query !== view.query;
      model = next;
      view = nextView;
      if (turned) moveTo(0);
      layOut();
    },
  };
}

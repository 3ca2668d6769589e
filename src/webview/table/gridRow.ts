import type { RowPrediction } from '../../protocol/dataset';
import type { TableRow } from '../../protocol/table';
import { el, fill, setText } from '../kit/dom';
import { formatCount, formatPercent } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { GridColumn } from './gridColumns';

/** What a row on the screen shows. */
export interface RowContent {
  index: number;
  /** Undefined until it has been read. */
  row: TableRow | undefined;
  prediction: RowPrediction | undefined;
  columns: readonly GridColumn[];
  first: number;
  end: number;
  /** Width of all columns, for what is written across them. */
  width: number;
  active: boolean;
  activeColumn: number;
}

export interface GridRow {
  element: HTMLElement;
  index: number;
  show(content: RowContent): void;
}

export const ACTIVE_CELL = 'active-cell';

/** A row of the screen, used for one row of the data after another. */
export function gridRow(): GridRow {
  const number = el('span', { class: 'grid-number', role: 'rowheader', 'aria-colindex': 1 });
  const cells: HTMLElement[] = [];
  const line = el('div', { class: 'grid-cells', role: 'presentation' });
  const element = el('div', { class: 'grid-row', role: 'row' }, number, line);
  const fault = el('span', { class: 'grid-fault', role: 'gridcell', 'aria-colindex': 2 });

  function showFault(row: TableRow, { width, active }: RowContent): void {
    if (fault.parentElement !== line) line.replaceChildren(fault);
    cells.length = 0;
    fault.style.width = `${width}px`;
    fill(fault, icon('warning'), el('span', {}, row.fault));
    mark(fault, active);
  }

  function showCells({ row, prediction, columns, first, end, active, activeColumn }: RowContent): void {
    if (fault.parentElement === line) fault.remove();
    while (cells.length < end - first) {
      const cell = el('span', { class: 'grid-cell', role: 'gridcell' });
      cells.push(cell);
      line.append(cell);
    }
    while (cells.length > end - first) cells.pop()!.remove();
    for (let i = first; i < end; i++) {
      const column = columns[i]!;
      const cell = cells[i - first]!;
      place(cell, column);
      cell.setAttribute('aria-colindex', String(i + 2));
      if (column.cell === undefined) showAnswer(cell, prediction);
      else showText(cell, row, column.cell);
      mark(cell, active && i === activeColumn);
    }
  }

  return {
    element,
    index: -1,
    show(content) {
      const { row, index, active } = content;
      this.index = index;
      element.setAttribute('aria-rowindex', String(index + 2));
      element.setAttribute('aria-selected', String(active));
      element.dataset.index = String(index);
      element.classList.toggle('grid-even', index % 2 === 1);
      element.classList.toggle('grid-waiting', row === undefined);
      setText(number, row ? formatCount(row.row) : '');
      if (row?.fault === undefined) showCells(content);
      else showFault(row, content);
    },
  };
}

function place(cell: HTMLElement, { left, width }: GridColumn): void {
  const [x, w] = [`${left}px`, `${width}px`];
  if (cell.style.left !== x) cell.style.left = x;
  if (cell.style.width !== w) cell.style.width = w;
}

function showText(cell: HTMLElement, row: TableRow | undefined, index: number): void {
  const text = row?.cells[index] ?? '';
  const blank = row !== undefined && text.trim() === '';
  cell.classList.toggle('grid-blank', blank);
  if (blank) setText(cell, t('empty'));
  else
    setText(cell, text.includes('\n') || text.includes('\r') ? text.replace(/\s*[\r\n]+\s*/g, ' ⏎ ') : text);
  cell.classList.remove('grid-right', 'grid-wrong');
}

function showAnswer(cell: HTMLElement, prediction: RowPrediction | undefined): void {
  cell.classList.remove('grid-blank');
  cell.classList.toggle('grid-right', prediction?.correct === true);
  cell.classList.toggle('grid-wrong', prediction?.correct === false);
  fill(
    cell,
    prediction && icon(prediction.correct ? 'check' : 'cross'),
    prediction && el('span', { class: 'sr-only' }, prediction.correct ? t('right') : t('wrong')),
    prediction && `${prediction.predicted} · ${formatPercent(prediction.confidence, 0)}`,
  );
}

function mark(cell: HTMLElement, active: boolean): void {
  if (active) cell.id = ACTIVE_CELL;
  else cell.removeAttribute('id');
}

import { el } from '../kit/dom';
import { t } from '../kit/l10n';
import { type ColumnHead, columnHead } from './columnHead';
import type { GridColumn } from './gridColumns';
import type { TableContext } from './tableContext';
import type { TableModel } from './tableModel';

export interface GridHead {
  element: HTMLElement;
  /** Draws the columns from `first` to before `end`; the keyboard reaches the controls of the active one alone. */
  draw(model: TableModel, columns: readonly GridColumn[], view: GridHeadView): void;
  /** Puts the keyboard on a column's name, which sorts. */
  focus(column: number): void;
}

export interface GridHeadView {
  first: number;
  end: number;
  activeColumn: number;
}

export interface GridHeadMoves {
  /** To a column's name. */
  toColumn(column: number): void;
  /** Back into the rows. */
  toRows(): void;
}

/**
 * The names of the columns in view, with what sorts and filters. As in ARIA's grids they are one stop of the Tab key: arrow keys
 * go from column to column, and down to the rows.
 */
export function gridHead(context: TableContext, { toColumn, toRows }: GridHeadMoves): GridHead {
  const heads = new Map<string, ColumnHead>();
  let columns: readonly GridColumn[] = [];
  let answers: HTMLElement | undefined;
  const element = el('div', {
    class: 'grid-head-cells',
    role: 'presentation',
    on: { keydown: (event) => onKey(event as KeyboardEvent) },
  });

  /** The answers' column has nothing to sort or filter with: the keyboard finds its neighbour's. */
  function withName(column: number): number {
    return columns[column]?.cell === undefined ? column + 1 : column;
  }

  function headOf(model: TableModel, column: GridColumn, index: number, reachable: boolean): HTMLElement {
    if (column.cell === undefined) return answerHead(model, index);
    let one = heads.get(column.name);
    if (!one) {
      one = columnHead(context, index, column.name);
      heads.set(column.name, one);
    }
    const { state, columns: known, query } = model;
    const rows = (state?.rows ?? 0) - (state?.leftOut ?? 0);
    one.update(known[column.cell]!, { rows, query, width: column.width, reachable });
    return one.element;
  }

  function answerHead({ predictedBy = '' }: TableModel, index: number): HTMLElement {
    answers ??= el('div', { class: 'head-cell', role: 'columnheader', 'aria-colindex': index + 2 });
    answers.replaceChildren(
      el('span', { class: 'head-name' }, el('span', { class: 'column-title' }, t('Predicted'))),
      el('div', { class: 'head-facts quiet' }, t('by {0}', predictedBy)),
    );
    return answers;
  }

  function onKey(event: KeyboardEvent): void {
    const at = columns.findIndex(({ name }) => heads.get(name)?.isName(event.target) === true);
    const far = event.ctrlKey || event.metaKey;
    if (event.key === 'Escape' || (at !== -1 && event.key === 'ArrowDown')) toRows();
    else if (at === -1) return;
    else if (event.key === 'ArrowLeft') toColumn(far ? 0 : at - 1);
    else if (event.key === 'ArrowRight') toColumn(far ? columns.length - 1 : at + 1);
    else if (event.key === 'Home') toColumn(0);
    else if (event.key === 'End') toColumn(columns.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    element,
    draw(model, all, { first, end, activeColumn }) {
      columns = all;
      const reachable = withName(activeColumn);
      const wanted = columns.slice(first, end).map((column, i) => {
        const one = headOf(model, column, first + i, first + i === reachable);
        one.style.left = `${column.left}px`;
        one.style.width = `${column.width}px`;
        return one;
      });
      for (const child of [...element.children]) {
        if (!wanted.includes(child as HTMLElement)) child.remove();
      }
      // What is there already stays where it is: a column that is being pulled must not let go.
      for (const one of wanted) if (one.parentElement !== element) element.append(one);
    },
    focus: (column) => heads.get(columns[withName(column)]?.name ?? '')?.focus(),
  };
}

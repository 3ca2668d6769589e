import type { FromTable, TablePageState } from '../../protocol/tablePage';
import type { TableQuery } from '../../protocol/tableQuery';
import type { TableModel } from './tableModel';

/** What the parts of the page share. */
export interface TableContext {
  send(message: FromTable): void;
  /** Remembers something of the view, across reloads too, and draws again. */
  keep(change: Partial<TablePageState>): void;
  /** Shows what another query finds. */
  ask(change: TableQuery): void;
  /** Opens or closes the pane with the active row in full. */
  showDetail(open: boolean): void;
}

/** A part of the page, drawn again whenever something changed. */
export interface TablePart {
  element: HTMLElement;
  update(model: TableModel, view: TablePageState): void;
}

import type { RowPrediction } from '../../protocol/dataset';
import type { ErrorReport } from '../../protocol/errors';
import type { TableColumn, TableRow, TableState } from '../../protocol/table';
import type { ToTable } from '../../protocol/tablePage';
import type { TableQuery } from '../../protocol/tableQuery';

/** Rows that are asked for together. */
export const PAGE_ROWS = 100;
/** Pages that are kept, those that came last. */
const MOST_PAGES = 60;

/** What the page knows. Changed in place: a table of millions is not copied at each message. */
export interface TableModel {
  file?: Extract<ToTable, { type: 'open' }>;
  query: TableQuery;
  state?: TableState;
  columns: readonly TableColumn[];
  /** Rows by page, a page being PAGE_ROWS rows of what the query found. */
  pages: Map<number, TableRow[]>;
  predictions: Map<number, RowPrediction>;
  predictedBy?: string;
  error?: ErrorReport;
  /** Counts up with everything that changes what rows look like. */
  stamp: number;
  /** Counts up with each state: what could not be had before is asked for again. */
  heard: number;
}

export function emptyModel(query: TableQuery): TableModel {
  return { query, columns: [], pages: new Map(), predictions: new Map(), stamp: 0, heard: 0 };
}

function sameQuery(a: TableQuery, b: TableQuery): boolean {
  return (
    (a.text ?? '') === (b.text ?? '') &&
    a.only?.column === b.only?.column &&
    a.only?.value === b.only?.value &&
    a.sort?.column === b.sort?.column &&
    a.sort?.descending === b.sort?.descending
  );
}

/** Rows of the table as it is now: of the file, or of what has been found in it. */
export function rowCount({ state }: TableModel): number {
  return state?.found.rows ?? 0;
}

/** The row at a place of the table, as far as it has come. */
export function rowAt({ pages }: TableModel, index: number): TableRow | undefined {
  return pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
}

/** Turns to another query: what was found by the last one counts no more. */
export function ask(model: TableModel, query: TableQuery): void {
  model.query = query;
  model.pages.clear();
  if (model.state) {
    const asks = Boolean(query.text || query.only || query.sort);
    const { rows, done } = model.state;
    model.state = { ...model.state, found: { rows: asks ? 0 : rows, read: 0, done: !asks && done } };
  }
  model.stamp += 1;
}

/** Takes in what the extension says about the file. */
export function receive(model: TableModel, message: ToTable): void {
  switch (message.type) {
    case 'open':
      model.file = message;
      model.error = undefined;
      break;
    case 'state':
      if (!sameQuery(message.query, model.query)) return;
      if (model.state?.version !== message.state.version) model.pages.clear();
      forgetUnfinishedPage(model, message.state.found.rows);
      model.state = message.state;
      model.columns = message.state.columns ?? model.columns;
      model.error = message.state.error;
      model.heard += 1;
      break;
    case 'rows':
      if (!sameQuery(message.query, model.query) || message.version !== model.state?.version) return;
      takeRows(model, message.from, message.rows);
      break;
    case 'predictions':
      model.predictions = new Map(message.rows.map((one) => [one.row, one]));
      model.predictedBy = message.rows.length > 0 ? message.task : undefined;
      break;
    case 'failure':
      model.error = message.error;
      break;
    default:
      return;
  }
  model.stamp += 1;
}

/** The last page may have been short because no more was known. */
function forgetUnfinishedPage(model: TableModel, rows: number): void {
  const before = rowCount(model);
  const last = Math.floor(before / PAGE_ROWS);
  if (rows !== before && before % PAGE_ROWS !== 0) model.pages.delete(last);
}

function takeRows(model: TableModel, from: number, rows: readonly TableRow[]): void {
  for (let at = 0; at < rows.length; at += PAGE_ROWS) {
    const page = (from + at) / PAGE_ROWS;
    model.pages.delete(page);
    model.pages.set(page, rows.slice(at, at + PAGE_ROWS));
  }
  for (const page of model.pages.keys()) {
    if (model.pages.size <= MOST_PAGES) break;
    model.pages.delete(page);
  }
}

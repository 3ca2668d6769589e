import type { ColumnSummary, DatasetSummary } from './dataset';
import type { ErrorReport } from './errors';
import type { TableQuery } from './tableQuery';

/** What is known of a column from the rows that have been read so far. */
export interface TableColumn {
  name: string;
  kind: ColumnSummary['kind'];
  missing: number;
  meanLength: number;
  /** Absent once there are too many to be counted. */
  distinct?: number;
  /** Most frequent first. */
  classes?: { value: string; count: number }[];
  /** Of a column of numbers. */
  least?: number;
  most?: number;
}

/** How far the reading of a dataset has come. It goes on by itself after the first question. */
export interface TableState {
  /** Another one when the file has changed: rows from before count no more. */
  version: string;
  format: DatasetSummary['format'];
  bytes: number;
  /** Rows known so far, those included that cannot be used. */
  rows: number;
  /** How many of them cannot be used. */
  leftOut: number;
  /** Share of the file that has been read, 0 to 1. */
  read: number;
  done: boolean;
  /** From the rows read so far. Absent when nothing has changed since `known`. */
  columns?: TableColumn[];
  /** Counts up with what `columns` says. */
  revision: number;
  /** What the query has found so far. */
  found: {
    rows: number;
    read: number;
    done: boolean;
    /** While the rows, all of them read, are sorted: the share that is done, 0 to 1. */
    sorted?: number;
    /** There was room to sort so many rows, but there are more: they are not sorted. Filter first. */
    tooManyToSort?: number;
  };
  /** Where reading had to stop. */
  error?: ErrorReport;
}

/** A row in a table; long cells are cut. */
export interface TableRow {
  /** From 1, as everywhere: rows that cannot be used are counted too, the header is not. */
  row: number;
  line: number;
  /** In the order of the columns; trailing ones may be missing. */
  cells: string[];
  /** Why the row cannot be used. */
  fault?: string;
}

/** A viewer has one table; it is opened at the first question and read anew when the file changes. */
interface Viewer {
  viewer: string;
  file: string;
}

/** What the host answers about tables, method → parameters and result; see Requests. */
export interface TableRequests {
  'table/state': { params: Viewer & { query: TableQuery; known?: number }; result: TableState };
  /** Rows of what the query found, `from` counting from 0; fewer where no more are known yet. */
  'table/rows': {
    params: Viewer & { query: TableQuery; from: number; count: number };
    result: { version: string; from: number; rows: TableRow[] };
  };
  /** One row with its cells in full; null when there is none. */
  'table/row': { params: Viewer & { row: number }; result: TableRow | null };
  'table/close': { params: { viewer: string }; result: Record<string, never> };
}

/** Rows that can be asked for at once. */
export const MOST_TABLE_ROWS = 500;

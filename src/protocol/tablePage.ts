import type { RenderedPrompt, RowPrediction } from './dataset';
import type { ErrorReport } from './errors';
import type { TableRow, TableState } from './table';
import type { TableQuery } from './tableQuery';

/** What the page of a table hears; the extension answers for the host. */
export type ToTable =
  | {
      type: 'open';
      name: string;
      /** Whether it can also be opened as text. */
      text: boolean;
      /** In a workspace that is not trusted nothing is read. */
      trusted: boolean;
    }
  | { type: 'state'; query: TableQuery; state: TableState }
  | { type: 'rows'; query: TableQuery; version: string; from: number; rows: TableRow[] }
  /** One row in full, null where there is none; its prompt comes by itself. */
  | { type: 'row'; number: number; row: TableRow | null }
  | { type: 'prompt'; number: number; task: string; prompt?: RenderedPrompt; error?: ErrorReport }
  /** What a run answered to the file's rows, if one did. */
  | { type: 'predictions'; task?: string; rows: RowPrediction[] }
  /** Shows a row, by its number. */
  | { type: 'goTo'; row: number }
  | { type: 'failure'; error: ErrorReport };

/** Buttons of the page that need nothing but the file. */
export const TABLE_COMMANDS = [
  'tune',
  'previewPrompt',
  'openAsText',
  'openLog',
  'manageTrust',
  'retry',
] as const;
export type TableCommand = (typeof TABLE_COMMANDS)[number];

export type FromTable =
  | { type: 'ready' }
  /** From now on this is what the table shows. */
  | { type: 'query'; query: TableQuery }
  | { type: 'rows'; query: TableQuery; from: number; count: number }
  | { type: 'row'; row: number }
  /** Puts a cell's whole text on the clipboard; the column by its place. */
  | { type: 'copy'; row: number; column: number }
  | { type: 'command'; name: TableCommand; line?: number };

/** What the page keeps across reloads. */
export interface TablePageState {
  query?: TableQuery;
  /** The first row in view, counting from 0, and the active cell. */
  top?: number;
  row?: number;
  column?: number;
  /** Widths of columns that were pulled, in CSS pixels. */
  widths?: Record<string, number>;
  detail?: boolean;
}

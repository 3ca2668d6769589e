import type { Problem } from '../../protocol/dataset';

/** Takes what a reader finds in a file, row by row: a dataset that is being built, a page of a table. */
export interface RowSink {
  readonly file: string;
  readonly problems: { add(problem: Problem): void };
  /** A new column; rows so far have an empty cell in it. */
  addColumn(name: string): void;
  /** A row with a cell for each column, in the order they were added; it takes the lines from `line` to `endLine`. */
  addCells(line: number, cells: readonly string[], endLine: number): void;
  /** A row by column name; unknown names become columns, missing ones empty cells. */
  addEntries(line: number, entries: Iterable<readonly [name: string, value: string]>, endLine: number): void;
  /** A row that cannot be used; `reason` counts equal ones. */
  leaveOut(line: number, reason: string, message: string, details?: { hint?: string; column?: number }): void;
}

/** Turns a file's bytes into rows. Made anew for each file, by the table of formats in formats.ts. */
export interface RowReader {
  /**
   * Takes the rows that are complete in `bytes` and returns how many bytes they were; the others come again with the
   * next call. `last`: no more bytes follow, and all must be taken. Bytes that are no row go to the sink's `leaveOut`.
   */
  read(bytes: Buffer, last: boolean): number;
  /** A reader that goes on from here on its own, with another sink: how a page in the middle of a file is read. */
  copy(sink: RowSink): RowReader;
}

export type MakeRowReader = (sink: RowSink) => RowReader;

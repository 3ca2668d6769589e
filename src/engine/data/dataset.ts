import type { DatasetSummary, Problem } from '../../protocol/dataset';

export interface DataRow {
  /** Counts from 1; rows that were left out are counted too, the header is not. */
  row: number;
  /** Line of the file where the row starts, from 1. */
  line: number;
  values: Record<string, string>;
}

export interface LeftOut {
  count: number;
  /** In words: `not valid JSON` → how many rows. */
  reasons: Record<string, number>;
}

/** A dataset file in memory, column by column; every text is held once. */
export interface Dataset {
  /** As it was opened. */
  file: string;
  format: DatasetSummary['format'];
  /** sha256 of the file's bytes, in hexadecimal. */
  hash: string;
  columns: string[];
  /** Number of rows. */
  length: number;
  rowAt(index: number): DataRow;
  /** The last line of a row's text: cells may have line breaks. */
  endLineAt(index: number): number;
  /** All cells of a column; undefined if there is no such column. */
  column(name: string): readonly string[] | undefined;
  /** Rows that could not be used, odd column names. */
  problems: Problem[];
  leftOut: LeftOut;
}

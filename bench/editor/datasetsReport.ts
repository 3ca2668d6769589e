import type { Machine } from '../compare/machine';
import { atShare } from '../compare/statistics';

/** A file that is opened as text. Milliseconds, from the moment at which the editor asks. */
export interface OpenedText {
  rows: number;
  bytes: number;
  /** Rows, columns and classes above the first line. */
  lens: number;
  /** Tokens behind the rows in view. */
  hints: number;
  /** The Problems panel. */
  problems: number;
  /** Hints at other places, once the file is known. */
  scrolls: number[];
  /** Most that the training host had resident, in bytes; absent where the system does not tell. */
  memory?: number;
}

/** A file that is opened as a table. Milliseconds, from the moment at which the page asks. */
export interface OpenedTable {
  format: string;
  rows: number;
  bytes: number;
  firstRows: number;
  /** The last row is known. */
  all: number;
  /** A screen of rows at other places, then. */
  scrolls: number[];
  /** All rows with a text are found. */
  found: number;
  memory?: number;
}

/** What bench/datasets.ts writes. */
export interface DatasetsRecord {
  date: string;
  machine: Machine & { loadBefore: number };
  model: string;
  text: OpenedText;
  tables: OpenedTable[];
}

const SHARES = [0.5, 0.95];

export function textTable({ text }: Pick<DatasetsRecord, 'text'>): string[][] {
  return [
    [describe(text, 'CSV'), 'ms'],
    ['lens', ms(text.lens)],
    ['first hints', ms(text.hints)],
    ['all problems', ms(text.problems)],
    ['hints after a scroll, median', ms(atShare(text.scrolls, SHARES[0]!))],
    ['hints after a scroll, 95 %', ms(atShare(text.scrolls, SHARES[1]!))],
  ];
}

export function tablesTable({ tables }: Pick<DatasetsRecord, 'tables'>): string[][] {
  return [
    ['', 'first rows, ms', 'all rows, s', 'scroll, ms', '(95 %)', 'a text found, s', 'peak, MB'],
    ...tables.map((one) => [
      describe(one, one.format),
      ms(one.firstRows),
      seconds(one.all),
      ...SHARES.map((share) => ms(atShare(one.scrolls, share))),
      seconds(one.found),
      megabytes(one.memory),
    ]),
  ];
}

export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / 1e6).toFixed(0);
}

function describe({ rows, bytes }: { rows: number; bytes: number }, format: string): string {
  return `${format}, ${rows.toLocaleString('en')} rows, ${megabytes(bytes)} MB`;
}

function ms(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

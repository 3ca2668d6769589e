import type { TableRow } from '../../../protocol/table';

/** A dataset file that is read in blocks of rows, any of them at any time: it never stands in memory as a whole. */
export interface BlockFile {
  readonly bytes: number;
  /** Columns known so far: of JSON, rows further down may have more. */
  readonly columns: readonly string[];
  /** Blocks known so far: rows `start` (from 0) to before `end`, without gaps. Row number n has the index n - 1. */
  readonly blocks: readonly { start: number; end: number }[];
  /** Whether these are all of them. */
  readonly complete: boolean;
  /** Reads the file once from beginning to end, block by block. Only this makes blocks known, where a file has to be searched. */
  scan(): AsyncGenerator<{ rows: TableRow[]; read: number }>;
  /** Reads a known block (again). */
  read(block: number): Promise<TableRow[]>;
  close(): Promise<void>;
}

/** The block a row is in; undefined if it is not known yet. */
export function blockOf(blocks: BlockFile['blocks'], index: number): number | undefined {
  let low = 0;
  let high = blocks.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { start, end } = blocks[middle]!;
    if (index < start) high = middle - 1;
    else if (index >= end) low = middle + 1;
    else return middle;
  }
  return undefined;
}

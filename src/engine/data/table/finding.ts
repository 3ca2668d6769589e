import type { TableRow, TableState } from '../../../protocol/table';
import type { TableQuery } from '../../../protocol/tableQuery';
import { SortKeys } from './sortKeys';

/** Rows that are sorted at most: their keys are in memory. */
const MOST_SORTED_ROWS = 2_000_000;

/** Where the rows to look through come from: blocks, known one after another. */
export interface Blocks {
  readonly columns: readonly string[];
  readonly blockCount: number;
  /** Share of the file that they are, 0 to 1. */
  readonly known: number;
  /** Whether these are all. */
  readonly complete: boolean;
  /** Resolves when there is another block, or there are no more. */
  grown(): Promise<void>;
  block(index: number): Promise<TableRow[]>;
}

/** The rows that a query finds, as they are found; sorted once all are. Runs until it is done or `stop` is called. */
export class Finding {
  /** Indices of rows (their number less one). */
  #found: number[] | Uint32Array = [];
  #keys: SortKeys | undefined;
  #read = 0;
  #done = false;
  #stopped = false;
  #tooMany = false;

  constructor(
    readonly query: TableQuery,
    private readonly blocks: Blocks,
  ) {}

  /** What may be shown so far: a sorted table shows nothing before it is sorted. */
  get indices(): ArrayLike<number> {
    return this.query.sort && !this.#done ? [] : this.#found;
  }

  state(): TableState['found'] {
    const { length } = this.indices;
    return {
      rows: length,
      read: this.#read,
      done: this.#done,
      ...(this.#tooMany && { tooManyToSort: MOST_SORTED_ROWS }),
    };
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    const { sort } = this.query;
    const matches = matcher(this.query, this.blocks);
    const keyOf = cellOf(this.blocks, sort?.column);
    if (sort) this.#keys = new SortKeys();
    for (let block = 0; !this.#stopped; block++) {
      // A table that was closed does not grow any more, and is never complete.
      while (block >= this.blocks.blockCount && !this.blocks.complete && !this.#stopped)
        await this.blocks.grown();
      if (block >= this.blocks.blockCount) break;
      for (const row of await this.blocks.block(block)) if (matches(row)) this.#take(row, keyOf);
      this.#read = ((block + 1) / this.blocks.blockCount) * this.blocks.known;
      // Between two blocks others get their turn.
      await new Promise(setImmediate);
    }
    if (this.#stopped) return;
    if (this.#keys) this.#found = this.#keys.order(this.#found as number[], sort!.descending);
    this.#keys = undefined;
    this.#read = 1;
    this.#done = true;
  }

  #take(row: TableRow, keyOf: (row: TableRow) => string): void {
    (this.#found as number[]).push(row.row - 1);
    if (!this.#keys) return;
    this.#keys.add(keyOf(row));
    if (this.#keys.length <= MOST_SORTED_ROWS) return;
    this.#keys = undefined;
    this.#tooMany = true;
  }
}

function matcher({ text, only }: TableQuery, blocks: Blocks): (row: TableRow) => boolean {
  const needle = text?.toLowerCase() ?? '';
  const cellToMatch = cellOf(blocks, only?.column);
  return (row) => {
    if (only && cellToMatch(row).trim() !== only.value) return false;
    return needle === '' || row.cells.some((cell) => cell.toLowerCase().includes(needle));
  };
}

/** A row's cell in a column, which of JSON may become known further down only. */
function cellOf(blocks: Blocks, column: string | undefined): (row: TableRow) => string {
  let at = -1;
  return ({ cells }) => {
    if (at < 0 && column !== undefined) at = blocks.columns.indexOf(column);
    return cells[at] ?? '';
  };
}

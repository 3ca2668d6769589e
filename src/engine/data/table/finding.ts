import { getHeapStatistics } from 'node:v8';
import type { TableRow, TableState } from '../../../protocol/table';
import type { TableQuery } from '../../../protocol/tableQuery';
import { sortInPieces } from './sortInPieces';
import { NumberKeys, type SortKeys, TextKeys } from './sortKeys';

/** The keys that rows are sorted by are in memory: bytes they may take, a quarter of what a thread has here at most. */
const MOST_KEY_BYTES = Math.min(2 ** 30, getHeapStatistics().heap_size_limit / 4);

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
  #read = 0;
  /** Share of the sorting that is done, once all is read. */
  #sorted: number | undefined;
  #done = false;
  #stopped = false;
  /** Rows whose keys found room, where not all did. */
  #sortable: number | undefined;

  constructor(
    readonly query: TableQuery,
    private readonly blocks: Blocks,
    private readonly mostKeyBytes = MOST_KEY_BYTES,
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
      ...(this.#sorted !== undefined && { sorted: this.#sorted }),
      ...(this.#sortable !== undefined && { tooManyToSort: this.#sortable }),
    };
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    const { sort } = this.query;
    let keys: SortKeys | undefined = sort && new NumberKeys();
    // A column that turns out to hold other things than numbers is read from its beginning, as texts.
    if (!(await this.#collect(keys))) {
      keys = new TextKeys();
      await this.#collect(keys);
    }
    this.#read = 1;
    if (keys && this.#sortable === undefined && !this.#stopped) {
      const found = this.#found;
      const places = await sortInPieces(found.length, keys.comparer(sort!.descending), (share) => {
        this.#sorted = share;
        return !this.#stopped;
      });
      if (places) this.#found = places.map((place) => found[place]!);
    }
    if (this.#stopped) return;
    this.#sorted = undefined;
    this.#done = true;
  }

  /** Reads all blocks; false as soon as a cell is none that such keys can be made of. */
  async #collect(keys: SortKeys | undefined): Promise<boolean> {
    const found: number[] = [];
    this.#found = found;
    const matches = matcher(this.query, this.blocks);
    const keyOf = cellOf(this.blocks, this.query.sort?.column);
    for (let block = 0; !this.#stopped; block++) {
      // A table that was closed does not grow any more, and is never complete.
      while (block >= this.blocks.blockCount && !this.blocks.complete && !this.#stopped)
        await this.blocks.grown();
      if (block >= this.blocks.blockCount) break;
      for (const row of await this.blocks.block(block)) {
        if (!matches(row)) continue;
        if (keys && this.#sortable === undefined) {
          if (!keys.add(keyOf(row))) return false;
          if (keys.bytes > this.mostKeyBytes) this.#sortable = found.length;
        }
        found.push(row.row - 1);
      }
      this.#read = ((block + 1) / this.blocks.blockCount) * this.blocks.known;
      // Between two blocks others get their turn.
      await new Promise(setImmediate);
    }
    return true;
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

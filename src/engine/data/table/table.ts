import { stat } from 'node:fs/promises';
import { type ErrorReport, reportError } from '../../../protocol/errors';
import type { TableColumn, TableRow, TableState } from '../../../protocol/table';
import type { TableQuery } from '../../../protocol/tableQuery';
import { ColumnProfile, MAX_CLASSES } from '../columns';
import { formatOf } from '../formats';
import { BlockCache } from './blockCache';
import { type BlockFile, blockOf } from './blockFile';
import { type Blocks, Finding } from './finding';
import { openParquetBlocks } from './parquetBlocks';
import { openTextBlocks } from './textBlocks';

/** Characters of a cell that a table shows. */
const CELL_LENGTH = 400;
/** Classes of all columns together that are told at once. */
const MOST_CLASSES = 4_000;

/**
 * A dataset file as a table: read once from beginning to end in the background, where columns are counted and blocks
 * become known; rows are read again block by block when they are asked for. What stays in memory does not grow with the
 * file but for one entry a block, and one number a row that a query has found.
 */
export class Table implements Blocks {
  readonly #cache: BlockCache;
  readonly #profiles: ColumnProfile[] = [];
  readonly #waiting = new Set<() => void>();
  #finding: Finding | undefined;
  #scanned = 0;
  #leftOut = 0;
  #revision = 0;
  #closed = false;
  #error: ErrorReport | undefined;
  read = 0;
  done = false;

  private constructor(
    readonly path: string,
    readonly version: string,
    private readonly file: BlockFile,
  ) {
    this.#cache = new BlockCache(file);
    void this.#scan();
  }

  /** Throws SoftpromptError `data-invalid` if the file cannot be read, is empty or is not what its name says. */
  static async open(path: string): Promise<Table> {
    const format = formatOf(path);
    const version = await fileVersion(path);
    const file =
      'reader' in format ? await openTextBlocks(path, format.reader) : await openParquetBlocks(path);
    return new Table(path, version, file);
  }

  get known(): number {
    return this.file.complete ? 1 : this.read;
  }

  get complete(): boolean {
    return this.file.complete || this.done;
  }

  get columns(): readonly string[] {
    return this.file.columns;
  }

  get blockCount(): number {
    return this.file.blocks.length;
  }

  /** Rows known so far. */
  get rows(): number {
    return this.file.blocks.at(-1)?.end ?? 0;
  }

  /** Resolves when more is known than now. */
  grown(): Promise<void> {
    return this.done || this.#closed
      ? Promise.resolve()
      : new Promise((resolve) => this.#waiting.add(resolve));
  }

  block(index: number): Promise<TableRow[]> {
    return this.#cache.get(index);
  }

  state(query: TableQuery, known: number | undefined): TableState {
    const finding = this.#ask(query);
    return {
      version: this.version,
      format: formatOf(this.path).format,
      bytes: this.file.bytes,
      rows: this.rows,
      leftOut: this.#leftOut,
      read: this.read,
      done: this.done,
      revision: this.#revision,
      ...(known !== this.#revision && { columns: this.#columns() }),
      found: finding?.state() ?? { rows: this.rows, read: this.known, done: this.complete },
      ...(this.#error && { error: this.#error }),
    };
  }

  /** Rows of what a query has found so far, with their cells cut. */
  async slice(query: TableQuery, from: number, count: number, signal: AbortSignal): Promise<TableRow[]> {
    const indices = this.#ask(query)?.indices;
    const end = Math.min(from + count, indices?.length ?? this.rows);
    const wanted = Array.from({ length: Math.max(0, end - from) }, (_, i) => indices?.[from + i] ?? from + i);
    const rows = new Map<number, TableRow>();
    // In the file's order: each block is read once, and those beside each other together.
    for (const index of wanted.toSorted((a, b) => a - b)) {
      if (signal.aborted) return [];
      const row = await this.#row(index);
      if (row) rows.set(index, { ...row, cells: row.cells.map(cut) });
    }
    return wanted.flatMap((index) => rows.get(index) ?? []);
  }

  /** A row by its number, from 1, in full; undefined if it is not known. */
  row(number: number): Promise<TableRow | undefined> {
    return this.#row(number - 1);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#finding?.stop();
    this.#tell();
    await this.file.close();
  }

  async #row(index: number): Promise<TableRow | undefined> {
    const block = blockOf(this.file.blocks, index);
    if (block === undefined) return undefined;
    return (await this.#cache.get(block))[index - this.file.blocks[block]!.start];
  }

  /** The rows for a query, being looked for from now on; nothing where it asks for nothing. */
  #ask(query: TableQuery): Finding | undefined {
    const asks = Boolean(query.text || query.only || query.sort);
    if (this.#finding && asks && JSON.stringify(this.#finding.query) === JSON.stringify(query))
      return this.#finding;
    this.#finding?.stop();
    this.#finding = asks ? new Finding(query, this) : undefined;
    this.#finding?.run().catch((error) => this.#fail(error));
    return this.#finding;
  }

  async #scan(): Promise<void> {
    try {
      for await (const { rows, read } of this.file.scan()) {
        if (this.#closed) return;
        if (rows.length > 0) this.#cache.offer(blockOf(this.file.blocks, rows[0]!.row - 1)!, rows);
        this.#count(rows);
        this.read = read;
        this.#tell();
        // Between two blocks the questions get their answers.
        await new Promise(setImmediate);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.read = 1;
    this.done = true;
    this.#tell();
  }

  #count(rows: readonly TableRow[]): void {
    if (rows.length === 0) return;
    this.#revision += 1;
    const { length } = this.file.columns;
    while (this.#profiles.length < length) {
      const profile = new ColumnProfile(MAX_CLASSES);
      profile.addMissing(this.#scanned);
      this.#profiles.push(profile);
    }
    for (const { cells, fault } of rows) {
      if (fault !== undefined) this.#leftOut += 1;
      else {
        for (let i = 0; i < length; i++) this.#profiles[i]!.add(cells[i] ?? '');
        this.#scanned += 1;
      }
    }
  }

  #columns(): TableColumn[] {
    const names = this.file.columns;
    const most = Math.max(5, Math.floor(MOST_CLASSES / Math.max(1, names.length)));
    return names.map((name, i) => {
      const { classes, ...facts } = (this.#profiles[i] ?? new ColumnProfile()).summary();
      return { name, ...facts, ...(classes && { classes: classes.slice(0, most) }) };
    });
  }

  #fail(error: unknown): void {
    if (!this.#closed) this.#error ??= reportError(error);
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Another text when the file is another one. */
export async function fileVersion(path: string): Promise<string> {
  const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
  return `${mtimeMs} ${size}`;
}

function cut(cell: string): string {
  return cell.length > CELL_LENGTH ? `${cell.slice(0, CELL_LENGTH)}…` : cell;
}

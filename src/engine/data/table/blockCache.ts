import type { TableRow } from '../../../protocol/table';
import type { BlockFile } from './blockFile';

/** Characters of cells that are kept, beside the block in use: a few tens of megabytes. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** The blocks that were read last, so that scrolling back and forth reads none twice. */
export class BlockCache {
  readonly #blocks = new Map<number, { rows: TableRow[]; characters: number }>();
  #characters = 0;

  constructor(private readonly file: BlockFile) {}

  async get(block: number): Promise<TableRow[]> {
    const kept = this.#blocks.get(block);
    if (kept) {
      this.#blocks.delete(block);
      this.#blocks.set(block, kept);
      return kept.rows;
    }
    const rows = await this.file.read(block);
    if (this.#blocks.has(block)) return rows;
    const characters = count(rows);
    this.#blocks.set(block, { rows, characters });
    this.#characters += characters;
    for (const [oldest, { characters: freed }] of this.#blocks) {
      if (this.#characters <= MOST_CHARACTERS || oldest === block) break;
      this.#blocks.delete(oldest);
      this.#characters -= freed;
    }
    return rows;
  }

  /** Keeps rows that are at hand, if there is room: those of small files, and the beginning of large ones. */
  offer(block: number, rows: TableRow[]): void {
    const characters = count(rows);
    if (this.#blocks.has(block) || this.#characters + characters > MOST_CHARACTERS) return;
    this.#blocks.set(block, { rows, characters });
    this.#characters += characters;
  }
}

function count(rows: readonly TableRow[]): number {
  let characters = 0;
  for (const { cells } of rows) for (const cell of cells) characters += cell.length;
  return characters;
}

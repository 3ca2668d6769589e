import type { FileHandle } from 'node:fs/promises';
import type { TableRow } from '../../../protocol/table';
import { emptyFile, openDataFile, readBytes, withoutMark } from '../fileBytes';
import type { MakeRowReader, RowReader } from '../rowReader';
import type { BlockFile } from './blockFile';
import { RowCollector } from './rowCollector';

/** Some thousand rows, and a few milliseconds to read them again. */
const BLOCK_BYTES = 256 * 1024;

interface TextBlock {
  start: number;
  end: number;
  /** The bytes that the reader was given, and the reader as it was before them: the same again gives the same rows. */
  offset: number;
  length: number;
  last: boolean;
  reader: RowReader;
}

/** Opens a dataset of text. Throws SoftpromptError `data-invalid` if the file cannot be read, is empty or is no text. */
export async function openTextBlocks(
  file: string,
  makeReader: MakeRowReader,
  blockBytes = BLOCK_BYTES,
): Promise<BlockFile> {
  const handle = await openDataFile(file);
  try {
    const { size } = await handle.stat();
    const head = await readBytes(handle, file, 0, BLOCK_BYTES);
    if (head.length === 0) throw emptyFile(file);
    const mark = head.length - withoutMark(head, file).length;
    return new TextBlocks(file, handle, size, mark, makeReader, blockBytes);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class TextBlocks implements BlockFile {
  readonly blocks: TextBlock[] = [];
  complete = false;
  readonly #columns = new Map<string, number>();
  #names: string[] = [];

  constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    readonly bytes: number,
    private readonly firstByte: number,
    private readonly makeReader: MakeRowReader,
    private readonly blockBytes: number,
  ) {}

  get columns(): readonly string[] {
    if (this.#names.length !== this.#columns.size) this.#names = [...this.#columns.keys()];
    return this.#names;
  }

  async *scan(): AsyncGenerator<{ rows: TableRow[]; read: number }> {
    const sink = new RowCollector(this.file, this.#columns, 1);
    const reader = this.makeReader(sink);
    let waiting: Buffer = Buffer.alloc(0);
    let offset = this.firstByte;
    let last = false;
    while (!last) {
      const chunk = await readBytes(this.handle, this.file, offset + waiting.length, this.blockBytes);
      last = chunk.length === 0;
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      const before = reader.copy(sink);
      const used = this.#advance(reader, waiting, last);
      const rows = sink.take();
      if (rows.length > 0) {
        const start = this.blocks.at(-1)?.end ?? 0;
        const end = start + rows.length;
        this.blocks.push({ start, end, offset, length: waiting.length, last, reader: before });
      }
      offset += used.bytes;
      waiting = waiting.subarray(used.bytes);
      yield { rows, read: this.bytes === 0 ? 1 : Math.min(1, offset / this.bytes) };
      if (used.error) throw used.error;
    }
    this.complete = true;
  }

  async read(block: number): Promise<TableRow[]> {
    const { start, offset, length, last, reader } = this.blocks[block]!;
    const bytes = await readBytes(this.handle, this.file, offset, length);
    const sink = new RowCollector(this.file, this.#columns, start + 1);
    this.#advance(reader.copy(sink), bytes, last);
    return sink.take();
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /** A JSON array may end in the middle: the rows before that are good. */
  #advance(reader: RowReader, bytes: Buffer, last: boolean): { bytes: number; error?: unknown } {
    try {
      return { bytes: reader.read(bytes, last) };
    } catch (error) {
      return { bytes: bytes.length, error };
    }
  }
}

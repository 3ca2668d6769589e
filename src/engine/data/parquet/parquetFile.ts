import { type FileMetaData, parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { emptyFile, openDataFile, readBytes } from '../fileBytes';
import { MAX_COLUMNS, MAX_PARQUET_GROUP_BYTES, MAX_PARQUET_ROWS } from '../limits';
import { CODECS } from './codecs';
import { makeColumnsDistinct } from './distinctColumns';
import { fileBuffer } from './fileBuffer';
import { cellWriter, TEXT_PARSERS } from './parquetCells';

/** What such a file ends with. */
const MAGIC = 'PAR1';
const cutOff = (): string => l10n`It may have been cut off while it was written or copied.`;

/** Rows that are decoded at a time; a block never spans two row groups. */
const BLOCK_ROWS = 5_000;

/** Columns of a row group that are decoded as a whole and kept: their pages are often as long as the group. Bytes. */
const KEPT_COLUMNS_BYTES = 64 * 1024 * 1024;
/** What a decoded value takes at least. */
const VALUE_BYTES = 8;

/** A Parquet file whose rows are read on demand. */
export interface ParquetFile {
  file: string;
  bytes: number;
  columns: string[];
  /** The columns' names as the file has them: several may be the same. */
  wanted: readonly string[];
  rows: number;
  /** Rows `start` (from 0) to before `end`, block after block. */
  blocks: readonly { start: number; end: number }[];
  /** The cells of a block, column by column. Throws SoftpromptError `data-invalid`. */
  read(block: number): Promise<string[][]>;
  close(): Promise<void>;
}

/** Opens a Parquet file by its table of contents, which stands at its end. Throws SoftpromptError `data-invalid`. */
export async function openParquet(file: string): Promise<ParquetFile> {
  const handle = await openDataFile(file);
  try {
    const { size } = await handle.stat();
    if (size === 0) throw emptyFile(file);
    const end = await readBytes(handle, file, Math.max(0, size - MAGIC.length), MAGIC.length);
    if (end.toString('latin1') !== MAGIC) {
      throw new SoftpromptError('data-invalid', l10n`This is not a Parquet file, or not all of it.`, {
        place: { file },
        hint: cutOff(),
      });
    }
    const buffer = fileBuffer(handle, size);
    const metadata = await understood(file, () =>
      parquetMetadataAsync(buffer, { parsers: TEXT_PARSERS, geoparquet: false }),
    );
    const { tree, wanted, blocks } = await understood(file, async () => {
      const { children } = parquetSchema(metadata);
      refuse(file, metadata, children.length);
      const wanted = makeColumnsDistinct(metadata);
      return { tree: parquetSchema(metadata).children, wanted, blocks: blocksOf(metadata) };
    });
    const scan = await understood(file, () =>
      parquetScan({
        file: buffer,
        metadata,
        compressors: CODECS,
        parsers: TEXT_PARSERS,
        utf8: false,
        geoparquet: false,
      }),
    );
    const keptOf = new Map<string, Group>();
    return {
      file,
      bytes: size,
      columns: tree.map(({ element }) => element.name),
      wanted,
      rows: blocks.at(-1)?.end ?? 0,
      blocks,
      read: (block) =>
        understood(file, async () => {
          const { start, end, group } = blocks[block]!;
          const columns: string[][] = [];
          for (const element of tree) {
            const column = element.element.name;
            if (group.small.has(column) && keptOf.get(column) !== group) {
              // The scan keeps a column's last range, and takes smaller ones out of it.
              await scan.readColumn({ column, rowStart: group.start, rowEnd: group.end });
              keptOf.set(column, group);
            }
            const values = await scan.readColumn({ column, rowStart: start, rowEnd: end });
            if (values.length !== end - start) throw new Error(l10n`a column has fewer values than rows`);
            columns.push(Array.from(values as ArrayLike<unknown>, cellWriter(element)));
          }
          return columns;
        }),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Group {
  start: number;
  end: number;
  /** Its smallest columns, as many as can be kept decoded. */
  small: ReadonlySet<string>;
}

/** Row groups, cut into blocks. */
function blocksOf(metadata: FileMetaData): { start: number; end: number; group: Group }[] {
  const blocks: { start: number; end: number; group: Group }[] = [];
  let next = 0;
  for (const rowGroup of metadata.row_groups) {
    const end = next + Number(rowGroup.num_rows);
    const group = { start: next, end, small: smallColumns(rowGroup) };
    for (let start = next; start < end; start += BLOCK_ROWS) {
      blocks.push({ start, end: Math.min(end, start + BLOCK_ROWS), group });
    }
    next = end;
  }
  return blocks;
}

function smallColumns({ columns, num_rows }: FileMetaData['row_groups'][number]): Set<string> {
  const sizes = new Map<string, number>();
  for (const { meta_data } of columns) {
    const name = meta_data?.path_in_schema[0] ?? '';
    const bytes = Math.max(Number(meta_data?.total_uncompressed_size ?? 0), VALUE_BYTES * Number(num_rows));
    sizes.set(name, (sizes.get(name) ?? 0) + bytes);
  }
  const small = new Set<string>();
  let total = 0;
  for (const [name, bytes] of [...sizes].sort(([, a], [, b]) => a - b)) {
    total += bytes;
    if (total > KEPT_COLUMNS_BYTES) break;
    small.add(name);
  }
  return small;
}

/** Files are untrusted: what their table of contents claims is held against limits before memory is taken for it. */
function refuse(file: string, metadata: FileMetaData, columns: number): void {
  const groups = metadata.row_groups;
  const rows = groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  if (groups.some(({ num_rows }) => num_rows < 0n) || rows > MAX_PARQUET_ROWS) {
    throw broken(file, l10n`its number of rows cannot be right`);
  }
  if (columns > MAX_COLUMNS) {
    throw new SoftpromptError('data-invalid', l10n`The dataset has more than ${MAX_COLUMNS} columns.`, {
      place: { file },
      hint: l10n`Remove the columns that the task does not need.`,
    });
  }
  const large = groups.some(({ columns }) =>
    columns.some(
      ({ meta_data }) => Number(meta_data?.total_uncompressed_size ?? 0) > MAX_PARQUET_GROUP_BYTES,
    ),
  );
  if (large) {
    throw new SoftpromptError(
      'data-invalid',
      l10n`The row groups of the Parquet file are too large to be read.`,
      {
        place: { file },
        hint: l10n`Write the file with smaller row groups, 100,000 rows for example.`,
      },
    );
  }
}

/** Whatever the parser stumbles over is a fault of the file. */
async function understood<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SoftpromptError) throw error;
    throw broken(file, (error as Error).message.replace(/^parquet /, ''), error);
  }
}

function broken(file: string, reason: string, cause?: unknown): SoftpromptError {
  return new SoftpromptError('data-invalid', l10n`The Parquet file cannot be read: ${reason}.`, {
    place: { file },
    hint: cutOff(),
    cause,
  });
}

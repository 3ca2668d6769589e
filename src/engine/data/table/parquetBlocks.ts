import type { TableRow } from '../../../protocol/table';
import { openParquet, type ParquetFile } from '../parquet/parquetFile';
import type { BlockFile } from './blockFile';

/** Opens a Parquet file: all of its blocks are known at once. Throws SoftpromptError `data-invalid`. */
export async function openParquetBlocks(file: string): Promise<BlockFile> {
  const parquet = await openParquet(file);
  const { bytes, columns, blocks, rows } = parquet;
  const read = (block: number): Promise<TableRow[]> => readRows(parquet, block);
  return {
    bytes,
    columns,
    blocks,
    complete: true,
    read,
    async *scan() {
      for (let block = 0; block < blocks.length; block++) {
        yield { rows: await read(block), read: blocks[block]!.end / rows };
      }
    },
    close: () => parquet.close(),
  };
}

async function readRows(parquet: ParquetFile, block: number): Promise<TableRow[]> {
  const { start, end } = parquet.blocks[block]!;
  const columns = await parquet.read(block);
  return Array.from({ length: end - start }, (_, i) => {
    const number = start + i + 1;
    return { row: number, line: number, cells: columns.map((cells) => cells[i]!) };
  });
}

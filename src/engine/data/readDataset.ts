import { createHash } from 'node:crypto';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { renamedColumn } from './columnNames';
import type { Dataset } from './dataset';
import { DatasetBuilder } from './datasetBuilder';
import { emptyFile, readChunks, withoutMark } from './fileBytes';
import { formatOf } from './formats';
import { CHUNK_BYTES } from './limits';
import type { ParquetFile } from './parquet/parquetFile';
import type { RowReader } from './rowReader';

/**
 * Reads a dataset file, as a stream or block by block. Rows that cannot be used are in `problems`, with their lines.
 *
 * @throws SoftpromptError `data-invalid` if the file cannot be read, is empty or is not what its name says; `cancelled`.
 */
export async function readDataset(file: string, options: { signal?: AbortSignal } = {}): Promise<Dataset> {
  const format = formatOf(file);
  const builder = new DatasetBuilder(file);
  const hash =
    'reader' in format
      ? await readStream(file, format.reader(builder), options.signal)
      : await readBlocks(await format.open(file), builder, options.signal);
  const dataset = builder.build(format.format, hash);
  if (dataset.length === 0) {
    dataset.problems.push({
      severity: 'error',
      kind: 'no-rows',
      message:
        dataset.leftOut.count > 0 ? l10n`No row of the file can be used.` : l10n`The file has no rows.`,
      place: { file },
    });
  }
  return dataset;
}

/** Gives a file's bytes to a reader of rows; the result is their sha256. */
async function readStream(file: string, reader: RowReader, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  let waiting: Buffer = Buffer.alloc(0);
  let first = true;
  for await (const chunk of readChunks(file, CHUNK_BYTES, signal)) {
    hash.update(chunk);
    const bytes = first ? withoutMark(chunk, file) : chunk;
    first = false;
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
    waiting = waiting.subarray(reader.read(waiting, false));
  }
  if (first) throw emptyFile(file);
  reader.read(waiting, true);
  return hash.digest('hex');
}

/** Adds all rows of a Parquet file; it has no lines, so a row's line is its number. The result is the file's sha256. */
async function readBlocks(
  parquet: ParquetFile,
  builder: DatasetBuilder,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    const hash = createHash('sha256');
    for await (const chunk of readChunks(parquet.file, CHUNK_BYTES, signal)) hash.update(chunk);
    for (const [index, name] of parquet.columns.entries()) {
      builder.addColumn(name);
      const wanted = parquet.wanted[index]!;
      if (name !== wanted) builder.problems.add(renamedColumn(index, wanted, name, { file: parquet.file }));
    }
    for (let block = 0; block < parquet.blocks.length; block++) {
      if (signal?.aborted)
        throw new SoftpromptError('cancelled', l10n`Reading was cancelled.`, {
          place: { file: parquet.file },
        });
      const { start, end } = parquet.blocks[block]!;
      const columns = await parquet.read(block);
      for (let row = 0; row < end - start; row++) {
        const number = start + row + 1;
        const cells = columns.map((column) => column[row]!);
        builder.addCells(number, cells, number);
      }
    }
    return hash.digest('hex');
  } finally {
    await parquet.close();
  }
}

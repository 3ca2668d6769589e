import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataRow, Dataset } from '../../src/engine/data/dataset';
import { readDataset } from '../../src/engine/data/readDataset';
import type { RowReader } from '../../src/engine/data/rowReader';

/** Writes `content` to a file of that name in a folder of its own, reads it as a dataset, and cleans up. */
export async function readText(name: string, content: string | Uint8Array): Promise<Dataset> {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-data-'));
  try {
    const file = join(folder, name);
    await writeFile(file, content);
    return await readDataset(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function rowsOf(dataset: Dataset): DataRow[] {
  return Array.from({ length: dataset.length }, (_, i) => dataset.rowAt(i));
}

export function valuesOf(dataset: Dataset): Record<string, string>[] {
  return rowsOf(dataset).map((row) => row.values);
}

/** Gives a reader its bytes in pieces, as readDataset does with chunks of a file. */
export function feed(reader: RowReader, bytes: Buffer, piece: number): void {
  let waiting = Buffer.alloc(0);
  for (let i = 0; i < bytes.length; i += piece) {
    waiting = Buffer.concat([waiting, bytes.subarray(i, i + piece)]);
    waiting = waiting.subarray(reader.read(waiting, false));
  }
  reader.read(waiting, true);
}

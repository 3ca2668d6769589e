import type { DatasetBuilder } from './datasetBuilder';

/** Turns a file's bytes into rows. Made anew for each file, by the table of formats in readDataset.ts. */
export interface RowReader {
  /**
   * Takes the rows that are complete in `bytes` and returns how many bytes they were; the others come again with the
   * next call. `last`: no more bytes follow, and all must be taken. Bytes that are no row go to `builder.leaveOut`.
   */
  read(bytes: Buffer, last: boolean): number;
}

export type MakeRowReader = (builder: DatasetBuilder) => RowReader;

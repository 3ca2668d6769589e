// Datasets are untrusted input: these bounds keep a broken file from filling the memory.

/** One row of a file, in bytes. A longer one is listed as a problem and left out. */
export const MAX_ROW_BYTES = 4 * 1024 * 1024;

/** Columns of a dataset. */
export const MAX_COLUMNS = 1000;

/** Problems of one kind that are listed one by one; the others are counted. */
export const MAX_LISTED_PROBLEMS = 100;

/** Bytes read from a file at a time. */
export const CHUNK_BYTES = 1024 * 1024;

/** Rows of a Parquet file, which may claim any number. */
export const MAX_PARQUET_ROWS = 2 ** 31;

/** One column of one row group of a Parquet file, unpacked, in bytes: it is in memory as a whole. */
export const MAX_PARQUET_GROUP_BYTES = 2 ** 30;

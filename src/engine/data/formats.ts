import { extname } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { csvReader, tsvReader } from './csv';
import type { Dataset } from './dataset';
import { jsonReader } from './json';
import { jsonlReader } from './jsonl';
import { openParquet, type ParquetFile } from './parquet/parquetFile';
import type { MakeRowReader } from './rowReader';

/** Either a stream of bytes that become rows from first to last, or a file that is read in blocks of rows. */
export type DatasetFormat = { format: Dataset['format'] } & (
  | { reader: MakeRowReader }
  | { open: (file: string) => Promise<ParquetFile> }
);

const FORMATS: Readonly<Record<string, DatasetFormat>> = {
  '.csv': { format: 'csv', reader: csvReader },
  '.tsv': { format: 'tsv', reader: tsvReader },
  '.jsonl': { format: 'jsonl', reader: jsonlReader },
  '.ndjson': { format: 'jsonl', reader: jsonlReader },
  '.json': { format: 'json', reader: jsonReader },
  '.parquet': { format: 'parquet', open: openParquet },
};

/** How a file is read, by its ending. Throws SoftpromptError `data-invalid` where it is none of a dataset. */
export function formatOf(file: string): DatasetFormat {
  const ending = extname(file);
  const format = FORMATS[ending.toLowerCase()];
  if (format) return format;
  const message = ending
    ? l10n`Softprompt cannot read ${ending} files.`
    : l10n`Softprompt cannot read files of this kind.`;
  throw new SoftpromptError('data-invalid', message, {
    place: { file },
    hint: l10n`Datasets are .csv, .tsv, .jsonl, .json or .parquet files.`,
  });
}

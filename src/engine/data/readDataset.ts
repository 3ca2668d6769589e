import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { csvReader, tsvReader } from './csv';
import type { Dataset } from './dataset';
import { DatasetBuilder } from './datasetBuilder';
import { jsonReader } from './json';
import { jsonlReader } from './jsonl';
import { CHUNK_BYTES } from './limits';
import type { MakeRowReader } from './rowReader';

const FORMATS: Record<string, { format: Dataset['format']; reader: MakeRowReader }> = {
  '.csv': { format: 'csv', reader: csvReader },
  '.tsv': { format: 'tsv', reader: tsvReader },
  '.jsonl': { format: 'jsonl', reader: jsonlReader },
  '.ndjson': { format: 'jsonl', reader: jsonlReader },
  '.json': { format: 'json', reader: jsonReader },
};

/**
 * Reads a dataset file as a stream. Rows that cannot be used are in `problems`, with their lines.
 *
 * @throws SoftpromptError `data-invalid` if the file cannot be read, is empty or is not text; `cancelled`.
 */
export async function readDataset(file: string, options: { signal?: AbortSignal } = {}): Promise<Dataset> {
  const entry = FORMATS[extname(file).toLowerCase()];
  if (!entry) {
    throw new SoftpromptError(
      'data-invalid',
      `Softprompt cannot read ${extname(file) || 'this kind of'} files.`,
      {
        place: { file },
        hint: 'Datasets are .csv, .tsv, .jsonl or .json files.',
      },
    );
  }
  const builder = new DatasetBuilder(file);
  const reader = entry.reader(builder);
  const hash = createHash('sha256');
  let waiting: Buffer = Buffer.alloc(0);
  let first = true;
  for await (const chunk of readChunks(file, options.signal)) {
    hash.update(chunk);
    const bytes = first ? withoutMark(chunk, file) : chunk;
    first = false;
    waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes]);
    waiting = waiting.subarray(reader.read(waiting, false));
  }
  if (first) {
    throw new SoftpromptError('data-invalid', 'The file is empty.', { place: { file } });
  }
  reader.read(waiting, true);
  const dataset = builder.build(entry.format, hash.digest('hex'));
  if (dataset.length === 0) {
    dataset.problems.push({
      severity: 'error',
      kind: 'no-rows',
      message: dataset.leftOut.count > 0 ? 'No row of the file can be used.' : 'The file has no rows.',
      place: { file },
    });
  }
  return dataset;
}

async function* readChunks(file: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(file, error);
  });
  try {
    for (;;) {
      if (signal?.aborted)
        throw new SoftpromptError('cancelled', 'Reading was cancelled.', { place: { file } });
      const { bytesRead, buffer } = await handle
        .read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES)
        .catch((error: NodeJS.ErrnoException) => {
          throw unreadable(file, error);
        });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function unreadable(file: string, error: NodeJS.ErrnoException): SoftpromptError {
  const reasons: Record<string, string> = {
    ENOENT: 'There is no such file.',
    EISDIR: 'This is a folder, not a dataset file.',
    EACCES: 'There is no permission to read the file.',
  };
  const message = reasons[error.code ?? ''] ?? `The file cannot be read: ${error.message}`;
  return new SoftpromptError('data-invalid', message, { place: { file }, cause: error });
}

/** Takes off the byte order mark that some programs put before UTF-8, and refuses what is not UTF-8 at all. */
function withoutMark(chunk: Buffer, file: string): Buffer {
  if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) return chunk.subarray(3);
  const utf16 = (chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff);
  if (utf16 || chunk.includes(0)) {
    const message = utf16 ? 'The file is UTF-16 text.' : 'This is not a text file.';
    throw new SoftpromptError('data-invalid', message, { place: { file }, hint: 'Save it as UTF-8 text.' });
  }
  return chunk;
}

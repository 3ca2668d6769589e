import { type FileHandle, open } from 'node:fs/promises';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';

/** Opens a dataset file for reading. Throws SoftpromptError `data-invalid`, with the reason, if that is not possible. */
export async function openDataFile(file: string): Promise<FileHandle> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(file, error);
  });
  if ((await handle.stat()).isDirectory()) {
    await handle.close();
    throw unreadable(file, Object.assign(new Error(), { code: 'EISDIR' }));
  }
  return handle;
}

/** The bytes from `start` on, as many as the file has but at most `length`. */
export async function readBytes(
  handle: FileHandle,
  file: string,
  start: number | null,
  length: number,
): Promise<Buffer> {
  const { bytesRead, buffer } = await handle
    .read(Buffer.allocUnsafe(length), 0, length, start)
    .catch((error: NodeJS.ErrnoException) => {
      throw unreadable(file, error);
    });
  return buffer.subarray(0, bytesRead);
}

/** A file from its beginning to its end, in chunks of at most `chunkBytes`. */
export async function* readChunks(
  file: string,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const handle = await openDataFile(file);
  try {
    for (;;) {
      if (signal?.aborted)
        throw new SoftpromptError('cancelled', l10n`Reading was cancelled.`, { place: { file } });
      const bytes = await readBytes(handle, file, null, chunkBytes);
      if (bytes.length === 0) return;
      yield bytes;
    }
  } finally {
    await handle.close();
  }
}

/** Takes off the byte order mark that some programs put before UTF-8, and refuses what is not UTF-8 at all. */
export function withoutMark(chunk: Buffer, file: string): Buffer {
  if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) return chunk.subarray(3);
  const utf16 = (chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff);
  if (utf16 || chunk.includes(0)) {
    const message = utf16 ? l10n`The file is UTF-16 text.` : l10n`This is not a text file.`;
    throw new SoftpromptError('data-invalid', message, {
      place: { file },
      hint: l10n`Save it as UTF-8 text.`,
    });
  }
  return chunk;
}

export function emptyFile(file: string): SoftpromptError {
  return new SoftpromptError('data-invalid', l10n`The file is empty.`, {
    place: { file },
    hint: l10n`One example is one row: in CSV below a line with the columns' names, in JSON Lines an object a line.`,
  });
}

function unreadable(file: string, error: NodeJS.ErrnoException): SoftpromptError {
  const reasons: Record<string, string> = {
    ENOENT: l10n`There is no such file.`,
    EISDIR: l10n`This is a folder, not a dataset file.`,
    EACCES: l10n`There is no permission to read the file.`,
  };
  const message = reasons[error.code ?? ''] ?? l10n`The file cannot be read: ${error.message}`;
  return new SoftpromptError('data-invalid', message, { place: { file }, cause: error });
}

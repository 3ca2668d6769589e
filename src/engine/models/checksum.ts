import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { replaceFile } from '../durableFile';

/** sha256 of a file's content, in hexadecimal digits. */
export async function sha256OfFile(
  file: string,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (bytes: number) => void } = {},
): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { signal, highWaterMark: 2 ** 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    onProgress?.(bytes);
  }
  return hash.digest('hex');
}

/** The marker beside a verified file, in sha256sum's format: the file need not be read again to be trusted. */
export function checksumMarker(file: string): string {
  return `${file}.sha256`;
}

export async function writeChecksumMarker(file: string, name: string, sha256: string): Promise<void> {
  await replaceFile(checksumMarker(file), `${sha256}  ${name}\n`);
}

/** Whether a file has this size and was verified when it was put there. */
export async function hasChecksumMarker(file: string, size: number, sha256: string): Promise<boolean> {
  const [found, marker] = await Promise.all([
    stat(file).catch(() => null),
    readFile(checksumMarker(file), 'utf8').catch(() => ''),
  ]);
  return found?.size === size && marker.startsWith(sha256);
}

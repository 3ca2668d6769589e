import type { FileHandle } from 'node:fs/promises';
import type { AsyncBuffer } from 'hyparquet';
import { l10n } from '../../../protocol/l10n';

/** Bytes of parts that are kept: a row group is read in many blocks, each of which asks for the same parts again. */
const KEPT_BYTES = 96 * 1024 * 1024;

/** A file as the Parquet parser asks for it: parts of it, of which the last ones are kept. */
export function fileBuffer(handle: FileHandle, byteLength: number): AsyncBuffer {
  const kept = new Map<string, ArrayBuffer>();
  let keptBytes = 0;
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const from = start < 0 ? byteLength + start : start;
      if (from < 0 || end > byteLength || end < from) throw new Error(l10n`a part lies outside the file`);
      const key = `${from} ${end}`;
      const known = kept.get(key);
      if (known) return known;
      const part = new ArrayBuffer(end - from);
      const { bytesRead } = await handle.read(new Uint8Array(part), 0, part.byteLength, from);
      if (bytesRead < part.byteLength) throw new Error(l10n`the file became shorter`);
      // Another reader may have asked for the same part meanwhile.
      if (part.byteLength > KEPT_BYTES || kept.has(key)) return part;
      kept.set(key, part);
      keptBytes += part.byteLength;
      for (const [oldest, { byteLength: freed }] of kept) {
        if (keptBytes <= KEPT_BYTES) break;
        kept.delete(oldest);
        keptBytes -= freed;
      }
      return part;
    },
  };
}

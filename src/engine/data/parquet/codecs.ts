import type { Compressors } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';

type Unpack = NonNullable<Compressors['ZSTD']>;

/** What unpacks a page, by the name of its compression. A page gets no more memory than its header asks for. */
export const CODECS: Compressors = Object.fromEntries(
  Object.entries({
    ...compressors,
    ZSTD: (packed, length) => decompressZstd(packed, new Uint8Array(length)),
  } satisfies Compressors).map(([name, unpack]): [string, Unpack] => [
    name,
    // A column without any value has empty pages, which not every codec takes.
    (packed, length) => (length === 0 ? new Uint8Array() : unpack(packed, length)),
  ]),
);

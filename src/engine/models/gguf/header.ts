import type { FileHandle } from 'node:fs/promises';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';

// GGUF, versions 2 and 3, little endian: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

/** What a header may ask for at most: everything in a file is suspect until it is checked. */
export const GGUF_LIMITS = {
  headerBytes: 128 * 2 ** 20,
  tensors: 2 ** 16,
  metadataEntries: 2 ** 16,
  stringBytes: 2 ** 26,
  arrayLength: 2 ** 24,
  /** Of all arrays together. */
  elements: 2 ** 24,
  arrayDepth: 4,
  dimensions: 4,
  alignment: 2 ** 20,
} as const;

export type GgufValue = number | string | boolean | GgufValue[];

export interface GgufTensor {
  name: string;
  /** Row-major, slowest dimension first: the reverse of the order in the file. */
  shape: number[];
  /** ggml's number for the element type. */
  type: number;
  /** Byte in the file where the values start. */
  start: number;
}

export interface GgufHeader {
  version: number;
  metadata: Map<string, GgufValue>;
  tensors: GgufTensor[];
  /** Byte in the file where tensor data starts: header and padding. */
  dataStart: number;
}

const MAGIC = 0x46554747; // "GGUF"
const FIRST_READ = 4 * 2 ** 20;
const DEFAULT_ALIGNMENT = 32;

/**
 * Reads the header of a GGUF file: the first megabytes, and more only where the header is longer.
 * Throws SoftpromptError('model-invalid') that says at which byte, and when the file was cut short.
 */
export async function readGgufHeader(
  handle: FileHandle,
  size: number,
  file: string,
  options: HeaderOptions = {},
): Promise<GgufHeader> {
  for (
    let length = Math.min(size, FIRST_READ);
    ;
    length = Math.min(size, GGUF_LIMITS.headerBytes, length * 4)
  ) {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, 0);
    try {
      return parseGgufHeader(bytes.subarray(0, bytesRead), file, options);
    } catch (error) {
      if (!(error instanceof HeaderGoesOn)) throw error;
      if (length === size) throw cutShort(file, size, l10n`its header goes on after byte ${error.offset}`);
      if (length >= GGUF_LIMITS.headerBytes) {
        throw invalid(file, error.offset, l10n`the header is longer than ${GGUF_LIMITS.headerBytes} bytes`);
      }
    }
  }
}

/** The end of the given bytes was reached within the header. */
export class HeaderGoesOn extends Error {
  constructor(readonly offset: number) {
    super(`GGUF header goes on after byte ${offset}`);
  }
}

export interface HeaderOptions {
  /** Longer lists in the metadata are passed over and come out empty: a vocabulary is most of the work. */
  longestList?: number;
}

/** Parses the header from a file's first bytes; throws HeaderGoesOn if they are too few. */
export function parseGgufHeader(bytes: Uint8Array, file: string, options: HeaderOptions = {}): GgufHeader {
  const reader = new HeaderReader(bytes, file, options);
  if (reader.uint32() !== MAGIC) throw invalid(file, 0, l10n`it does not start with "GGUF"`);
  const version = reader.uint32();
  if (version !== 2 && version !== 3) {
    throw new SoftpromptError('model-unsupported', l10n`GGUF version ${version} cannot be read.`, {
      place: { file },
      hint: l10n`Versions 2 and 3 can. Newer builds of llama.cpp convert older files.`,
    });
  }
  const tensorCount = reader.count('tensors', GGUF_LIMITS.tensors);
  const metadataCount = reader.count('metadataEntries', GGUF_LIMITS.metadataEntries);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < metadataCount; i++) {
    const at = reader.offset;
    const key = reader.string();
    if (metadata.has(key)) throw invalid(file, at, l10n`the metadata has ${key} twice`);
    metadata.set(key, reader.value(reader.uint32()));
  }
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < tensorCount; i++) tensors.push(reader.tensor());

  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== 'number' || !(alignment >= 1 && alignment <= GGUF_LIMITS.alignment)) {
    throw invalid(file, reader.offset, l10n`general.alignment is ${String(alignment)}`);
  }
  const dataStart = Math.ceil(reader.offset / alignment) * alignment;
  for (const tensor of tensors) tensor.start += dataStart;
  return { version, metadata, tensors, dataStart };
}

/** ggml's number for the type of a metadata value → how to read one. Arrays and strings are apart. */
const STRING = 8;
const ARRAY = 9;
const SCALARS: Record<number, (reader: HeaderReader) => number | boolean> = {
  0: (reader) => reader.take(1, (view, at) => view.getUint8(at)),
  1: (reader) => reader.take(1, (view, at) => view.getInt8(at)),
  2: (reader) => reader.take(2, (view, at) => view.getUint16(at, true)),
  3: (reader) => reader.take(2, (view, at) => view.getInt16(at, true)),
  4: (reader) => reader.uint32(),
  5: (reader) => reader.take(4, (view, at) => view.getInt32(at, true)),
  6: (reader) => reader.take(4, (view, at) => view.getFloat32(at, true)),
  7: (reader) => reader.take(1, (view, at) => view.getUint8(at) !== 0),
  10: (reader) => reader.take(8, (view, at) => Number(view.getBigUint64(at, true))),
  11: (reader) => reader.take(8, (view, at) => Number(view.getBigInt64(at, true))),
  12: (reader) => reader.take(8, (view, at) => view.getFloat64(at, true)),
};

/** What is wrong where a count exceeds its limit. */
const TOO_MANY = {
  tensors: (count: string, limit: number) => l10n`${count} tensors are more than ${limit}`,
  metadataEntries: (count: string, limit: number) => l10n`${count} metadata entries are more than ${limit}`,
  textBytes: (count: string, limit: number) => l10n`${count} bytes of text are more than ${limit}`,
  arrayElements: (count: string, limit: number) => l10n`${count} array elements are more than ${limit}`,
  rowsOrColumns: (count: string, limit: number) => l10n`${count} rows or columns are more than ${limit}`,
  bytesToSkip: (count: string, limit: number) => l10n`${count} bytes to skip are more than ${limit}`,
};

class HeaderReader {
  offset = 0;
  private elements = 0;
  private readonly view: DataView;
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    private readonly options: HeaderOptions,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take<T>(length: number, read: (view: DataView, at: number) => T): T {
    const at = this.offset;
    if (at + length > this.bytes.length) throw new HeaderGoesOn(at);
    this.offset += length;
    return read(this.view, at);
  }

  uint32(): number {
    return this.take(4, (view, at) => view.getUint32(at, true));
  }

  /** An unsigned 64-bit number that must not exceed a limit. */
  count(what: keyof typeof TOO_MANY, limit: number): number {
    const at = this.offset;
    const value = this.take(8, (view, position) => view.getBigUint64(position, true));
    if (value > limit) throw invalid(this.file, at, TOO_MANY[what](String(value), limit));
    return Number(value);
  }

  string(): string {
    const length = this.count('textBytes', GGUF_LIMITS.stringBytes);
    return this.take(length, (_, at) => this.decoder.decode(this.bytes.subarray(at, at + length)));
  }

  /** Past a string, without reading it; what is wrong with its length, string() says. */
  private skipString(): void {
    const at = this.offset;
    const known = at + 8 <= this.bytes.length && this.view.getUint32(at + 4, true) === 0;
    const end = known ? at + 8 + this.view.getUint32(at, true) : 0;
    if (known && end <= this.bytes.length) this.offset = end;
    else this.string();
  }

  value(type: number, depth = 0): GgufValue {
    if (type === STRING) return this.string();
    if (type === ARRAY) return this.array(depth + 1);
    const scalar = SCALARS[type];
    if (!scalar) throw invalid(this.file, this.offset, l10n`there is no metadata type ${type}`);
    return scalar(this);
  }

  private array(depth: number): GgufValue[] {
    if (depth > GGUF_LIMITS.arrayDepth)
      throw invalid(this.file, this.offset, l10n`arrays are nested too deeply`);
    const type = this.uint32();
    const length = this.count('arrayElements', GGUF_LIMITS.arrayLength);
    this.elements += length;
    if (this.elements > GGUF_LIMITS.elements) {
      throw invalid(this.file, this.offset, l10n`the lists have more than ${GGUF_LIMITS.elements} elements`);
    }
    const values: GgufValue[] = [];
    const wanted = length <= (this.options.longestList ?? length);
    for (let i = 0; i < length; i++) {
      if (wanted) values.push(this.value(type, depth));
      else if (type === STRING) this.skipString();
      else this.value(type, depth);
    }
    return values;
  }

  /** Name, dimensions, type and offset; the offset still counts from the start of the data. */
  tensor(): GgufTensor {
    const name = this.string();
    const at = this.offset;
    const dimensions = this.uint32();
    if (dimensions > GGUF_LIMITS.dimensions) {
      throw invalid(this.file, at, l10n`${name} has ${dimensions} dimensions`, name);
    }
    const shape: number[] = [];
    for (let i = 0; i < dimensions; i++) shape.unshift(this.count('rowsOrColumns', Number.MAX_SAFE_INTEGER));
    if (!Number.isSafeInteger(shape.reduce((product, length) => product * length, 1))) {
      throw invalid(this.file, at, l10n`${name} has the shape [${shape.join(', ')}]`, name);
    }
    const type = this.uint32();
    return { name, shape, type, start: this.count('bytesToSkip', Number.MAX_SAFE_INTEGER) };
  }
}

/** A file that ends too early, as a broken download leaves it. */
export function cutShort(file: string, size: number, needs: string): SoftpromptError {
  return new SoftpromptError(
    'model-invalid',
    l10n`The GGUF file is cut short: it has ${size} bytes, ${needs}.`,
    {
      place: { file },
      hint: l10n`Pull the model again, or copy the file again.`,
    },
  );
}

function invalid(file: string, offset: number, problem: string, node?: string): SoftpromptError {
  return new SoftpromptError(
    'model-invalid',
    l10n`This is not a valid GGUF file: ${problem} (byte ${offset}).`,
    {
      place: { file, node },
      hint: l10n`Pull the model again, or convert it again with llama.cpp.`,
    },
  );
}

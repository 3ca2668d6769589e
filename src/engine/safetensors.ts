import { type FileHandle, open } from 'node:fs/promises';
import * as z from 'zod';
import { SoftpromptError } from '../protocol/errors';
import { l10n } from '../protocol/l10n';
import { parseBoundedJson } from './boundedJson';
import { bfloat16ToFloat32, float16ToFloat32 } from './halfFloat';

// The format: 8 bytes header length (little endian), a JSON header, the tensors' bytes without gaps.
// https://github.com/huggingface/safetensors#format

/** As in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_DIMENSIONS = 8;
const MAX_TENSORS = 2 ** 17;
const LENGTH_BYTES = 8;

export const METADATA_KEY = '__metadata__';

/** Element types: bytes of one value, and how a buffer of them reads as float32. One line a type. */
export const ELEMENT_TYPES: Record<string, { bytes: number; toFloat32(buffer: ArrayBuffer): Float32Array }> =
  {
    F64: { bytes: 8, toFloat32: (buffer) => Float32Array.from(new Float64Array(buffer)) },
    F32: { bytes: 4, toFloat32: (buffer) => new Float32Array(buffer) },
    F16: { bytes: 2, toFloat32: (buffer) => float16ToFloat32(new Uint16Array(buffer)) },
    BF16: { bytes: 2, toFloat32: (buffer) => bfloat16ToFloat32(new Uint16Array(buffer)) },
    I64: { bytes: 8, toFloat32: (buffer) => Float32Array.from(new BigInt64Array(buffer), Number) },
    I32: { bytes: 4, toFloat32: (buffer) => Float32Array.from(new Int32Array(buffer)) },
    I16: { bytes: 2, toFloat32: (buffer) => Float32Array.from(new Int16Array(buffer)) },
    I8: { bytes: 1, toFloat32: (buffer) => Float32Array.from(new Int8Array(buffer)) },
    U8: { bytes: 1, toFloat32: (buffer) => Float32Array.from(new Uint8Array(buffer)) },
    BOOL: { bytes: 1, toFloat32: (buffer) => Float32Array.from(new Uint8Array(buffer)) },
  };

export interface SafetensorsTensor {
  readonly dtype: string;
  readonly shape: number[];
  /** The values as float32, row-major; integers beyond 2^24 are rounded. Reads the file each time. */
  read(): Promise<Float32Array>;
  /** The values' bytes as they stand in the file, little endian. */
  readBytes(): Promise<ArrayBuffer>;
}

export interface SafetensorsFile {
  readonly metadata: Record<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  close(): Promise<void>;
}

export interface TensorExtent {
  name: string;
  dtype: string;
  shape: number[];
  /** Bytes from the start of the file. */
  start: number;
  stop: number;
}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)).max(MAX_DIMENSIONS),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const metadataSchema = z.record(z.string(), z.string());

/**
 * Opens a safetensors file: the header is read and checked against the file's size, tensors are read when asked for.
 * Throws SoftpromptError('model-invalid') with the file and, where it is known, the tensor and the byte.
 */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  const handle = await open(file, 'r').catch((cause) => {
    throw invalid(file, l10n`cannot be opened: ${(cause as Error).message}`, { cause });
  });
  try {
    const { size } = await handle.stat();
    const length = headerLength(file, size, await readExactly(file, handle, 0, Math.min(size, LENGTH_BYTES)));
    const text = new Uint8Array(await readExactly(file, handle, LENGTH_BYTES, length));
    const { metadata, entries } = parseSafetensorsHeader(file, text, size);
    const tensors = new Map<string, SafetensorsTensor>();
    for (const entry of entries) tensors.set(entry.name, readableTensor(file, handle, entry));
    return { metadata, tensors, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Length of the header, from a file's first bytes. */
export function headerLength(file: string, size: number, first: ArrayBuffer): number {
  if (size < LENGTH_BYTES) throw invalid(file, l10n`is too short for a safetensors file: ${size} bytes`);
  const declared = new DataView(first).getBigUint64(0, true);
  if (declared > MAX_HEADER_BYTES) {
    throw invalid(
      file,
      l10n`is not a safetensors file: its first 8 bytes announce a header of ${String(declared)} bytes`,
    );
  }
  const dataStart = LENGTH_BYTES + Number(declared);
  if (dataStart > size) {
    throw invalid(
      file,
      l10n`is cut short: it has ${size} bytes, the header alone ends at byte ${dataStart}`,
      {
        hint: l10n`Copy or download the file again.`,
      },
    );
  }
  return Number(declared);
}

/** The header's entries, checked against the size of the file. */
export function parseSafetensorsHeader(
  file: string,
  bytes: Uint8Array,
  size: number,
): { metadata: Record<string, string>; entries: TensorExtent[] } {
  let header: unknown;
  try {
    header = parseBoundedJson(new TextDecoder().decode(bytes));
  } catch (cause) {
    const problem = l10n`has a header (byte ${LENGTH_BYTES} on) that is not JSON: ${(cause as Error).message}`;
    throw invalid(file, problem, { cause });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw invalid(file, l10n`has a header (byte ${LENGTH_BYTES} on) that is not a JSON object`);
  }
  const { [METADATA_KEY]: described, ...tensors } = header as Record<string, unknown>;
  const metadata = metadataSchema.safeParse(described ?? {});
  if (!metadata.success) throw invalid(file, l10n`has a ${METADATA_KEY} that is not a table of texts`);
  const names = Object.keys(tensors);
  if (names.length > MAX_TENSORS) {
    throw invalid(file, l10n`has ${names.length} tensors, more than ${MAX_TENSORS}`);
  }
  const dataStart = LENGTH_BYTES + bytes.length;
  const entries = names.map((name) => checkEntry(file, name, tensors[name], dataStart));
  checkExtents(file, [...entries], dataStart, size);
  return { metadata: metadata.data, entries };
}

function checkEntry(file: string, name: string, value: unknown, dataStart: number): TensorExtent {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    throw invalid(file, l10n`describes ${name} wrongly: ${z.prettifyError(parsed.error)}`, { node: name });
  }
  const { dtype, shape, data_offsets } = parsed.data;
  const [start, stop] = data_offsets;
  const type = elementType(dtype);
  const elements = shape.reduce((product, size) => product * size, 1);
  const bytes = stop - start;
  if (bytes < 0 || (type && bytes !== elements * type.bytes)) {
    throw invalid(
      file,
      l10n`gives ${name} [${shape.join(', ')}] of type ${dtype} ${bytes} bytes, at byte ${dataStart + start}`,
      { node: name },
    );
  }
  return { name, dtype, shape, start: dataStart + start, stop: dataStart + stop };
}

function elementType(dtype: string) {
  return Object.hasOwn(ELEMENT_TYPES, dtype) ? ELEMENT_TYPES[dtype] : undefined;
}

function readableTensor(file: string, handle: FileHandle, entry: TensorExtent): SafetensorsTensor {
  const { name, dtype, shape, start, stop } = entry;
  const readBytes = () => readExactly(file, handle, start, stop - start);
  const read = async () => {
    const type = elementType(dtype);
    if (!type) {
      throw new SoftpromptError('model-unsupported', l10n`Tensors of type ${dtype} cannot be read yet.`, {
        place: { file, node: name },
        hint: l10n`Known types: ${Object.keys(ELEMENT_TYPES).join(', ')}.`,
      });
    }
    return type.toFloat32(await readBytes());
  };
  return { dtype, shape, read, readBytes };
}

/** The tensors must fill the file, without gap or overlap. */
function checkExtents(file: string, extents: TensorExtent[], dataStart: number, size: number): void {
  let end = dataStart;
  for (const { name, start, stop } of extents.sort((a, b) => a.start - b.start || a.stop - b.stop)) {
    if (start !== end) throw invalid(file, l10n`has ${name} at byte ${start}, not at ${end}`, { node: name });
    end = stop;
  }
  if (end > size) {
    throw invalid(file, l10n`is cut short: it has ${size} bytes, its last tensor ends at byte ${end}`, {
      hint: l10n`Copy or download the file again.`,
    });
  }
  if (end < size) throw invalid(file, l10n`has ${size} bytes, but its last tensor ends at byte ${end}`);
}

async function readExactly(file: string, handle: FileHandle, from: number, length: number) {
  const buffer = new ArrayBuffer(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(new Uint8Array(buffer, done), 0, length - done, from + done);
    if (bytesRead === 0)
      throw invalid(file, l10n`ends at byte ${from + done}, ${length - done} bytes too early`);
    done += bytesRead;
  }
  return buffer;
}

function invalid(
  file: string,
  message: string,
  details: { node?: string; hint?: string; cause?: unknown } = {},
): SoftpromptError {
  const { node, ...rest } = details;
  return new SoftpromptError('model-invalid', l10n`The safetensors file ${message}.`, {
    place: { file, node },
    ...rest,
  });
}

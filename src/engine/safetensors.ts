import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { SoftpromptError } from '../protocol/errors';
import { bfloat16ToFloat32, float16ToFloat32 } from './halfFloat';

// The format: 8 bytes header length (little endian), a JSON header, the tensors' bytes without gaps.
// https://github.com/huggingface/safetensors#format

/** As in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_DIMENSIONS = 8;
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

interface Extent {
  name: string;
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
    throw invalid(file, `cannot be opened: ${(cause as Error).message}`, { cause });
  });
  try {
    const { header, dataStart, size } = await readHeader(file, handle);
    const metadata = metadataSchema.safeParse(header[METADATA_KEY] ?? {});
    if (!metadata.success) throw invalid(file, `has a ${METADATA_KEY} that is not a table of texts`);
    const tensors = new Map<string, SafetensorsTensor>();
    const extents: Extent[] = [];
    for (const [name, value] of Object.entries(header)) {
      if (name === METADATA_KEY) continue;
      const { tensor, start, stop } = checkEntry(file, name, value, handle, dataStart);
      extents.push({ name, start: dataStart + start, stop: dataStart + stop });
      tensors.set(name, tensor);
    }
    checkExtents(file, extents, dataStart, size);
    return { metadata: metadata.data, tensors, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readHeader(file: string, handle: FileHandle) {
  const { size } = await handle.stat();
  if (size < LENGTH_BYTES) throw invalid(file, `is too short for a safetensors file: ${size} bytes`);
  const declared = new DataView(await readExactly(file, handle, 0, LENGTH_BYTES)).getBigUint64(0, true);
  if (declared > MAX_HEADER_BYTES) {
    throw invalid(
      file,
      `is not a safetensors file: its first 8 bytes announce a header of ${declared} bytes`,
    );
  }
  const length = Number(declared);
  const dataStart = LENGTH_BYTES + length;
  if (dataStart > size) {
    throw invalid(file, `is cut short: it has ${size} bytes, the header alone ends at byte ${dataStart}`, {
      hint: 'Copy or download the file again.',
    });
  }
  const text = new TextDecoder().decode(await readExactly(file, handle, LENGTH_BYTES, length));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, `has a header (byte ${LENGTH_BYTES} on) that is not JSON`, { cause });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw invalid(file, `has a header (byte ${LENGTH_BYTES} on) that is not a JSON object`);
  }
  return { header: header as Record<string, unknown>, dataStart, size };
}

function checkEntry(file: string, name: string, value: unknown, handle: FileHandle, dataStart: number) {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    throw invalid(file, `describes ${name} wrongly: ${z.prettifyError(parsed.error)}`, { node: name });
  }
  const { dtype, shape, data_offsets } = parsed.data;
  const [start, stop] = data_offsets;
  const type = Object.hasOwn(ELEMENT_TYPES, dtype) ? ELEMENT_TYPES[dtype] : undefined;
  const elements = shape.reduce((product, size) => product * size, 1);
  const bytes = stop - start;
  if (bytes < 0 || (type && bytes !== elements * type.bytes)) {
    throw invalid(
      file,
      `gives ${name} [${shape.join(', ')}] of type ${dtype} ${bytes} bytes, at byte ${dataStart + start}`,
      { node: name },
    );
  }
  const readBytes = () => readExactly(file, handle, dataStart + start, bytes);
  const read = async () => {
    if (!type) {
      throw new SoftpromptError('model-unsupported', `Tensors of type ${dtype} cannot be read yet.`, {
        place: { file, node: name },
        hint: `Known types: ${Object.keys(ELEMENT_TYPES).join(', ')}.`,
      });
    }
    return type.toFloat32(await readBytes());
  };
  const tensor: SafetensorsTensor = { dtype, shape, read, readBytes };
  return { tensor, start, stop };
}

/** The tensors must fill the file, without gap or overlap. */
function checkExtents(file: string, extents: Extent[], dataStart: number, size: number): void {
  let end = dataStart;
  for (const { name, start, stop } of extents.sort((a, b) => a.start - b.start || a.stop - b.stop)) {
    if (start !== end) throw invalid(file, `has ${name} at byte ${start}, not at ${end}`, { node: name });
    end = stop;
  }
  if (end > size) {
    throw invalid(file, `is cut short: it has ${size} bytes, its last tensor ends at byte ${end}`, {
      hint: 'Copy or download the file again.',
    });
  }
  if (end < size) throw invalid(file, `has ${size} bytes, but its last tensor ends at byte ${end}`);
}

async function readExactly(file: string, handle: FileHandle, from: number, length: number) {
  const buffer = new ArrayBuffer(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(new Uint8Array(buffer, done), 0, length - done, from + done);
    if (bytesRead === 0) throw invalid(file, `ends at byte ${from + done}, ${length - done} bytes too early`);
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
  return new SoftpromptError('model-invalid', `The safetensors file ${message}.`, {
    place: { file, node },
    ...rest,
  });
}

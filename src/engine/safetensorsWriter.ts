import { replaceFile } from './durableFile';
import { ELEMENT_TYPES, METADATA_KEY } from './safetensors';

export interface TensorToWrite {
  shape: readonly number[];
  data: Float32Array | BigInt64Array | Int32Array;
}

/**
 * Writes a safetensors file as the reference implementation does, byte for byte: tensors with wide elements first, then by
 * name; the header compact and padded with spaces so that the data starts at a multiple of 8.
 */
export async function writeSafetensors(
  file: string,
  tensors: Readonly<Record<string, TensorToWrite>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await replaceFile(file, encodeSafetensors(tensors, metadata));
}

export function encodeSafetensors(
  tensors: Readonly<Record<string, TensorToWrite>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = Object.entries(tensors)
    .map(([name, { shape, data }]) => ({ name, shape, data, dtype: elementType(data) }))
    .sort((a, b) => width(b.dtype) - width(a.dtype) || (a.name < b.name ? -1 : 1));
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header[METADATA_KEY] = metadata;
  let offset = 0;
  for (const { name, shape, data, dtype } of ordered) {
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements !== data.length) {
      throw new RangeError(`${name} has ${data.length} values, its shape [${shape.join(', ')}] ${elements}.`);
    }
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength);
  file.set(json, 8);
  let position = 8 + headerLength;
  for (const { data } of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

function elementType(data: TensorToWrite['data']): string {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'I64';
}

function width(dtype: string): number {
  return ELEMENT_TYPES[dtype]!.bytes;
}

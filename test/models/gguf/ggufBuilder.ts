import type { GgufValue } from '../../../src/engine/models/gguf/header';

/** Writes small GGUF files for tests, independently of the reader. Metadata: text, whole numbers, truth values, lists of text or of numbers. */
export function buildGguf(
  metadata: Record<string, GgufValue>,
  tensors: { name: string; shape: number[]; type: number; bytes: Uint8Array }[] = [],
  { version = 3 } = {},
): Buffer {
  const head = [
    Buffer.from('GGUF'),
    uint32(version),
    uint64(tensors.length),
    uint64(Object.keys(metadata).length),
  ];
  for (const [key, value] of Object.entries(metadata)) head.push(text(key), typed(value));
  let offset = 0;
  const data: Buffer[] = [];
  for (const { name, shape, type, bytes } of tensors) {
    head.push(
      text(name),
      uint32(shape.length),
      ...shape.toReversed().map(uint64),
      uint32(type),
      uint64(offset),
    );
    const padded = Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
    data.push(padded);
    offset += padded.length;
  }
  const header = Buffer.concat(head);
  return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), ...data]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function typed(value: GgufValue): Buffer {
  if (typeof value === 'string') return Buffer.concat([uint32(8), text(value)]);
  if (typeof value === 'boolean') return Buffer.concat([uint32(7), Buffer.from([value ? 1 : 0])]);
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return Buffer.concat([uint32(10), uint64(value)]);
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return Buffer.concat([uint32(12), bytes]);
  }
  const type = value.every(Number.isInteger)
    ? 5
    : value.every((element) => typeof element === 'number')
      ? 6
      : 8;
  const elements = value.map((element) => {
    if (type === 8) return text(element as string);
    const bytes = Buffer.alloc(4);
    if (type === 5) bytes.writeInt32LE(element as number);
    else bytes.writeFloatLE(element as number);
    return bytes;
  });
  return Buffer.concat([uint32(9), uint32(type), uint64(elements.length), ...elements]);
}

import type { Graph, Initializer } from './graph';

/** The values of a small int64 constant, such as a shape or axes; undefined when the value is not a constant. */
export function constantInts(graph: Graph, value: string | undefined): number[] | undefined {
  const initializer = value ? graph.initializers.get(value) : undefined;
  if (initializer?.type !== 'int64' || initializer.data.kind !== 'inline') return undefined;
  const { bytes } = initializer.data;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 8 }, (_, i) => Number(view.getBigInt64(i * 8, true)));
}

export function intsInitializer(values: readonly number[]): Initializer {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setBigInt64(i * 8, BigInt(value), true);
  });
  return { type: 'int64', shape: [values.length], data: { kind: 'inline', bytes } };
}

export function floatsInitializer(values: ArrayLike<number>, shape: readonly number[]): Initializer {
  const floats = Float32Array.from(values);
  return { type: 'float32', shape, data: { kind: 'inline', bytes: new Uint8Array(floats.buffer) } };
}

/** The value of a constant scalar, or of a tensor of one element; undefined when the value is no such constant. */
export function constantNumber(graph: Graph, value: string | undefined): number | undefined {
  const initializer = value ? graph.initializers.get(value) : undefined;
  if (initializer?.data.kind !== 'inline' || initializer.shape.some((size) => size !== 1)) return undefined;
  const { bytes } = initializer.data;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (initializer.type) {
    case 'float32':
      return view.getFloat32(0, true);
    case 'float64':
      return view.getFloat64(0, true);
    case 'int64':
      return Number(view.getBigInt64(0, true));
    case 'int32':
      return view.getInt32(0, true);
    case 'bool':
    case 'uint8':
      return view.getUint8(0);
    case 'int8':
      return view.getInt8(0);
    default:
      return undefined;
  }
}

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

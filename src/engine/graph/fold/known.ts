import { halfValues } from '../../halfFloat';
import type { Dim, ElementType, Initializer } from '../graph';

/**
 * A value that is known before the graph runs: row-major elements, bool as 0 and 1. Integers may be named sizes
 * (`length + past`); what depends on them stays exact.
 */
export interface Known {
  type: ElementType;
  shape: readonly number[];
  elements: readonly Dim[];
}

export function known(type: ElementType, shape: readonly number[], elements: readonly Dim[]): Known {
  return { type, shape, elements };
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The elements as numbers; undefined where one is a name. */
export function numbersOf({ elements }: Known): number[] | undefined {
  return elements.every((element) => typeof element === 'number') ? (elements as number[]) : undefined;
}

/** Decodes an initializer's bytes; undefined for types that no shape or mask is computed in. */
export function decodeKnown({ type, shape }: Initializer, bytes: Uint8Array): Known | undefined {
  const count = countOf(shape);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[type];
  return (
    read &&
    known(
      type,
      shape,
      Array.from({ length: count }, (_, i) => read(view, i)),
    )
  );
}

const READERS: Readonly<Partial<Record<ElementType, (view: DataView, index: number) => number>>> = {
  float32: (view, i) => view.getFloat32(i * 4, true),
  float64: (view, i) => view.getFloat64(i * 8, true),
  float16: (view, i) => halfValues()[view.getUint16(i * 2, true)]!,
  int8: (view, i) => view.getInt8(i),
  uint8: (view, i) => view.getUint8(i),
  bool: (view, i) => view.getUint8(i),
  int32: (view, i) => view.getInt32(i * 4, true),
  int64: (view, i) => Number(view.getBigInt64(i * 8, true)),
};

/** The bytes of a known value without names; undefined for types that are not written. */
export function encodeKnown({ type, elements }: Known): Uint8Array | undefined {
  const numbers = elements as readonly number[];
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.from(numbers).buffer);
    case 'float64':
      return new Uint8Array(Float64Array.from(numbers).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(numbers, (value) => clampToInt64(value)).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(numbers).buffer);
    case 'bool':
    case 'uint8':
      return Uint8Array.from(numbers);
    default:
      return undefined;
  }
}

/** Numbers near the ends of int64 are not exact as Number, and would fall out of it. */
function clampToInt64(value: number): bigint {
  const whole = BigInt(Math.trunc(value));
  const end = 2n ** 63n;
  return whole >= end ? end - 1n : whole < -end ? -end : whole;
}

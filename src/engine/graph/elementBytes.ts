import type { ElementType } from './graph';

/** Bits of an element; int4 and uint4 lie two in a byte, the first in the low half. */
export const ELEMENT_BITS: Readonly<Record<ElementType, number>> = {
  float32: 32,
  float64: 64,
  float16: 16,
  bfloat16: 16,
  int4: 4,
  uint4: 4,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  bool: 8,
};

/** Bytes of a tensor's values. */
export function byteLength(type: ElementType, shape: readonly number[]): number {
  const count = shape.reduce((product, size) => product * size, 1);
  return Math.ceil((count * ELEMENT_BITS[type]) / 8);
}

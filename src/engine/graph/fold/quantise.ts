import type { ElementType } from '../graph';

/** Ends of what a quantised type holds. */
const ENDS: Readonly<Partial<Record<ElementType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
};

/** A value as QuantizeLinear stores it: rounded half to even, kept within the type. */
export function quantiseElement(
  value: number,
  scale: number,
  zero: number,
  type: ElementType = 'uint8',
): number {
  const [low, high] = ENDS[type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return Math.min(high, Math.max(low, roundToEven(value / scale) + zero));
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

import { addDims, compareDims, isAtLeast, subtractDims } from './dims';
import type { Dim } from './graph';

/** Exporters write "to the end" as a very large number. */
const END = 2 ** 31 - 1;

/**
 * Where a slice starts and how many elements it takes; undefined where that depends on what the names stand for.
 * A named bound is taken to fit a fixed size: a table of positions is long enough, or onnxruntime will say so.
 */
export function slicedRange(
  size: Dim,
  start: Dim,
  end: Dim,
  step: number,
): { start: Dim; length: Dim } | undefined {
  if (typeof size === 'number' && typeof start === 'number' && typeof end === 'number' && step !== 0) {
    const low = step > 0 ? 0 : -1;
    const high = step > 0 ? size : size - 1;
    const clamp = (at: number) => Math.min(high, Math.max(low, at < 0 ? at + size : at));
    return { start: clamp(start), length: Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step)) };
  }
  if (step !== 1) return undefined;
  const from = clampBound(start, size);
  const to = clampBound(end, size);
  if (from === undefined || to === undefined) return undefined;
  const length = subtractDims(to, from);
  if (isAtLeast(length, 0)) return { start: from, length };
  return isAtLeast(from, to) ? { start: from, length: 0 } : undefined;
}

export function slicedLength(size: Dim, start: Dim, end: Dim, step: number): Dim | undefined {
  return slicedRange(size, start, end, step)?.length;
}

function clampBound(at: Dim, size: Dim): Dim | undefined {
  if (typeof at === 'number' && at >= END) return size;
  const negative = compareDims(at, 0) === -1;
  if (!negative && !isAtLeast(at, 0)) return undefined;
  const front = negative ? addDims(at, size) : at;
  if (isAtLeast(front, size)) return size;
  if (isAtLeast(0, front)) return 0;
  if (isAtLeast(size, front) && isAtLeast(front, 0)) return front;
  return typeof size === 'number' ? front : undefined;
}

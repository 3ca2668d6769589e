import { countOf } from './known';

/** How far apart neighbours along each axis lie, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Calls `visit` with each place of a shape, in order; the array is the same every time. */
export function eachPlace(
  shape: readonly number[],
  visit: (place: readonly number[], index: number) => void,
): void {
  const place = shape.map(() => 0);
  const count = countOf(shape);
  for (let index = 0; index < count; index++) {
    visit(place, index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++place[axis]! < shape[axis]!) break;
      place[axis] = 0;
    }
  }
}

/** For each place of `to`, which element of `from` broadcasting puts there. */
export function broadcastIndices(from: readonly number[], to: readonly number[]): Int32Array {
  const strides = stridesOf(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride));
  const lead = to.length - from.length;
  const indices = new Int32Array(countOf(to));
  eachPlace(to, (place, index) => {
    let at = 0;
    for (let axis = 0; axis < strides.length; axis++) at += place[axis + lead]! * strides[axis]!;
    indices[index] = at;
  });
  return indices;
}

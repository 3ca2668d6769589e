import { broadcastShapes, frontAxis } from '../dims';
import { type Dim, intAttribute, intsAttribute } from '../graph';
import { slicedRange } from '../slices';
import type { Evaluation } from './evaluation';
import { broadcastIndices, eachPlace, stridesOf } from './indexing';
import { countOf, type Known, known, numbersOf } from './known';

// Operators that put elements elsewhere and change none.

/** A value of another shape whose element at each place is found by `source`. */
function move(x: Known, shape: readonly number[], source: (place: readonly number[]) => number): Known {
  const elements: Dim[] = [];
  eachPlace(shape, (place) => {
    elements.push(x.elements[source(place)]!);
  });
  return known(x.type, shape, elements);
}

const reshape: Evaluation = (node, [x, target]) => {
  const wanted = target && numbersOf(target);
  if (!x || !wanted) return undefined;
  const copies = intAttribute(node, 'allowzero', 0) === 0;
  const copied = wanted.map((size, i) => (size === 0 && copies ? (x.shape[i] ?? 0) : size));
  const taken = countOf(copied.filter((size) => size !== -1));
  const shape = copied.map((size) => (size === -1 ? x.elements.length / taken : size));
  return countOf(shape) === x.elements.length ? [known(x.type, shape, x.elements)] : undefined;
};

const squeeze: Evaluation = (_, [x, axes]) => {
  if (!x) return undefined;
  const given = axes && numbersOf(axes)?.map((axis) => frontAxis(axis, x.shape.length));
  const shape = x.shape.filter((size, i) => !(given ? given.includes(i) : size === 1));
  return [known(x.type, shape, x.elements)];
};

const unsqueeze: Evaluation = (_, [x, axes]) => {
  const given = axes && numbersOf(axes);
  if (!x || !given) return undefined;
  const rank = x.shape.length + given.length;
  const opened = given.map((axis) => frontAxis(axis, rank));
  const rest = [...x.shape];
  const shape = Array.from({ length: rank }, (_, i) => (opened.includes(i) ? 1 : rest.shift()!));
  return [known(x.type, shape, x.elements)];
};

const flatten: Evaluation = (node, [x]) => {
  if (!x) return undefined;
  const axis = frontAxis(intAttribute(node, 'axis', 1), x.shape.length);
  return [known(x.type, [countOf(x.shape.slice(0, axis)), countOf(x.shape.slice(axis))], x.elements)];
};

const transpose: Evaluation = (node, [x]) => {
  if (!x) return undefined;
  const order = intsAttribute(node, 'perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i);
  const strides = stridesOf(x.shape);
  const shape = order.map((axis) => x.shape[axis]!);
  return [move(x, shape, (place) => order.reduce((at, axis, i) => at + place[i]! * strides[axis]!, 0))];
};

const expand: Evaluation = (_, [x, target]) => {
  const wanted = target && numbersOf(target);
  if (!x || !wanted) return undefined;
  const shape = broadcastShapes(x.shape, wanted) as number[];
  const indices = broadcastIndices(x.shape, shape);
  return [
    known(
      x.type,
      shape,
      Array.from(indices, (at) => x.elements[at]!),
    ),
  ];
};

const tile: Evaluation = (_, [x, repeats]) => {
  const times = repeats && numbersOf(repeats);
  if (!x || !times) return undefined;
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((size, i) => size * times[i]!);
  return [move(x, shape, (place) => place.reduce((at, p, i) => at + (p % x.shape[i]!) * strides[i]!, 0))];
};

const concat: Evaluation = (node, inputs) => {
  const parts = inputs.filter((input) => input !== undefined);
  if (parts.length < inputs.length || parts.length === 0) return undefined;
  const { type, shape: first } = parts[0]!;
  const axis = frontAxis(intAttribute(node, 'axis', 0), first.length);
  const shape = first.map((size, i) =>
    i === axis ? parts.reduce((n, part) => n + part.shape[i]!, 0) : size,
  );
  const elements: Dim[] = [];
  const outer = countOf(first.slice(0, axis));
  for (let i = 0; i < outer; i++) {
    for (const part of parts) {
      const block = countOf(part.shape.slice(axis));
      for (let k = 0; k < block; k++) elements.push(part.elements[i * block + k]!);
    }
  }
  return [known(type, shape, elements)];
};

const split: Evaluation = (node, [x, sizes]) => {
  const lengths = sizes && numbersOf(sizes);
  if (!x || !lengths) return undefined;
  const axis = frontAxis(intAttribute(node, 'axis', 0), x.shape.length);
  const strides = stridesOf(x.shape);
  let start = 0;
  return lengths.map((length) => {
    const from = start * strides[axis]!;
    start += length;
    const shape = x.shape.map((size, i) => (i === axis ? length : size));
    return move(x, shape, (place) => place.reduce((at, p, i) => at + p * strides[i]!, from));
  });
};

const slice: Evaluation = (_, [x, starts, ends, axes, steps]) => {
  if (!x || !starts || !ends) return undefined;
  const along = axes ? numbersOf(axes) : starts.elements.map((_, i) => i);
  const by = steps ? numbersOf(steps) : starts.elements.map(() => 1);
  if (!along || !by) return undefined;
  const strides = stridesOf(x.shape);
  const shape = [...x.shape];
  const from = x.shape.map(() => 0);
  const step = x.shape.map(() => 1);
  for (const [i, given] of along.entries()) {
    const axis = frontAxis(given, x.shape.length);
    const range = slicedRange(x.shape[axis]!, starts.elements[i]!, ends.elements[i]!, by[i]!);
    if (typeof range?.start !== 'number' || typeof range.length !== 'number') return undefined;
    shape[axis] = range.length;
    from[axis] = range.start;
    step[axis] = by[i]!;
  }
  return [
    move(x, shape, (place) => place.reduce((at, p, i) => at + (from[i]! + p * step[i]!) * strides[i]!, 0)),
  ];
};

const trilu: Evaluation = (node, [x, diagonal]) => {
  const offset = diagonal ? numbersOf(diagonal)?.[0] : 0;
  if (!x || offset === undefined) return undefined;
  const upper = intAttribute(node, 'upper', 1) === 1;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const elements = x.elements.map((element, i) => {
    const [row, column] = [Math.floor(i / columns) % rows, i % columns];
    return (upper ? column - row >= offset : column - row <= offset) ? element : 0;
  });
  return [known(x.type, x.shape, elements)];
};

export const MOVEMENT: Readonly<Record<string, Evaluation>> = {
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Split: split,
  Slice: slice,
  Trilu: trilu,
};

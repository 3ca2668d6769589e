import { addDims, frontAxis, greaterDim, lesserDim, multiplyDims } from '../dims';
import { type Dim, intAttribute } from '../graph';
import type { Evaluation } from './evaluation';
import { eachPlace, stridesOf } from './indexing';
import { countOf, type Known, known, numbersOf } from './known';

// Operators that pick elements out, put them in, make them, or sum them up.

const gather: Evaluation = (node, [x, indices]) => {
  const picked = indices && numbersOf(indices);
  if (!x || !picked) return undefined;
  const axis = frontAxis(intAttribute(node, 'axis', 0), x.shape.length);
  const size = x.shape[axis]!;
  const inner = countOf(x.shape.slice(axis + 1));
  const outer = countOf(x.shape.slice(0, axis));
  const elements: Dim[] = [];
  for (let o = 0; o < outer; o++) {
    for (const index of picked) {
      const at = frontAxis(index, size);
      if (at < 0 || at >= size) return undefined;
      for (let i = 0; i < inner; i++) elements.push(x.elements[(o * size + at) * inner + i]!);
    }
  }
  return [known(x.type, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], elements)];
};

const gatherElements: Evaluation = (node, [x, indices]) => {
  const picked = indices && numbersOf(indices);
  if (!x || !picked) return undefined;
  const axis = frontAxis(intAttribute(node, 'axis', 0), x.shape.length);
  const strides = stridesOf(x.shape);
  const elements: Dim[] = [];
  eachPlace(indices.shape, (place, index) => {
    const at = place.reduce(
      (sum, p, i) => sum + (i === axis ? frontAxis(picked[index]!, x.shape[axis]!) : p) * strides[i]!,
      0,
    );
    elements.push(x.elements[at]!);
  });
  return [known(x.type, indices.shape, elements)];
};

/** Where each of the last axis's index tuples points: the start of a block of `inner` elements. */
function tuples(indices: readonly number[], depth: number, shape: readonly number[]): number[] {
  const strides = stridesOf(shape);
  return Array.from({ length: indices.length / depth }, (_, i) => {
    let at = 0;
    for (let k = 0; k < depth; k++) at += frontAxis(indices[i * depth + k]!, shape[k]!) * strides[k]!;
    return at;
  });
}

const gatherNd: Evaluation = (node, [x, indices]) => {
  const picked = indices && numbersOf(indices);
  const depth = indices?.shape.at(-1) ?? 0;
  if (!x || !picked || depth === 0 || intAttribute(node, 'batch_dims', 0) !== 0) return undefined;
  const rest = x.shape.slice(depth);
  const inner = countOf(rest);
  const elements = tuples(picked, depth, x.shape).flatMap((at) => x.elements.slice(at, at + inner));
  return [known(x.type, [...indices.shape.slice(0, -1), ...rest], elements)];
};

const scatterNd: Evaluation = (_, [x, indices, updates]) => {
  const places = indices && numbersOf(indices);
  const depth = indices?.shape.at(-1) ?? 0;
  if (!x || !places || !updates || depth === 0) return undefined;
  const inner = countOf(x.shape.slice(depth));
  const elements = [...x.elements];
  tuples(places, depth, x.shape).forEach((at, i) => {
    for (let k = 0; k < inner; k++) elements[at + k] = updates.elements[i * inner + k]!;
  });
  return [known(x.type, x.shape, elements)];
};

const constantOfShape: Evaluation = (node, [target]) => {
  const shape = target && numbersOf(target);
  if (!shape) return undefined;
  const { value } = node.attributes;
  const constant = value?.kind === 'tensor' && value.value.data.kind === 'inline' ? value.value : undefined;
  const filler = constant ? firstElement(constant.type, (constant.data as { bytes: Uint8Array }).bytes) : 0;
  if (filler === undefined) return undefined;
  return [known(constant?.type ?? 'float32', shape, new Array<Dim>(countOf(shape)).fill(filler))];
};

function firstElement(type: Known['type'], bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === 'float32') return view.getFloat32(0, true);
  if (type === 'int64') return Number(view.getBigInt64(0, true));
  if (type === 'int32') return view.getInt32(0, true);
  return type === 'bool' || type === 'uint8' ? view.getUint8(0) : undefined;
}

/** Longer than any context. */
const LONGEST_RANGE = 2 ** 22;

const range: Evaluation = (_, inputs) => {
  const [start, limit, delta] = inputs.map((input) => input?.elements[0]);
  if (typeof start !== 'number' || typeof limit !== 'number' || typeof delta !== 'number') return undefined;
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!(count <= LONGEST_RANGE)) return undefined;
  return [
    known(
      inputs[0]!.type,
      [count],
      Array.from({ length: count }, (_, i) => start + i * delta),
    ),
  ];
};

/** Sums, products and extremes over axes. */
const reduce =
  (operation: (a: Dim, b: Dim) => Dim | undefined): Evaluation =>
  (node, [x, given]) => {
    if (!x) return undefined;
    const named = given && numbersOf(given)?.map((axis) => frontAxis(axis, x.shape.length));
    const axes = named?.length ? named : x.shape.map((_, i) => i);
    const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
    const strides = stridesOf(kept).map((stride, i) => (axes.includes(i) ? 0 : stride));
    const elements: (Dim | undefined)[] = new Array(countOf(kept)).fill(undefined);
    let told = true;
    eachPlace(x.shape, (place, index) => {
      const at = place.reduce((sum, p, i) => sum + p * strides[i]!, 0);
      const before = elements[at];
      elements[at] = before === undefined ? x.elements[index]! : operation(before, x.elements[index]!);
      told &&= elements[at] !== undefined;
    });
    if (!told) return undefined;
    const keep = intAttribute(node, 'keepdims', 1) === 1;
    const shape = keep ? kept : x.shape.filter((_, i) => !axes.includes(i));
    return [
      known(
        x.type,
        shape,
        elements.map((element) => element ?? 0),
      ),
    ];
  };

const cumulativeSum: Evaluation = (node, [x, along]) => {
  const axis = along && numbersOf(along)?.[0];
  if (!x || axis === undefined || intAttribute(node, 'reverse', 0) === 1) return undefined;
  const exclusive = intAttribute(node, 'exclusive', 0) === 1;
  const at = frontAxis(axis, x.shape.length);
  const stride = stridesOf(x.shape)[at]!;
  const sums: Dim[] = [];
  eachPlace(x.shape, (place, index) => {
    const before = place[at] === 0 ? 0 : sums[index - stride]!;
    const next = exclusive ? (place[at] === 0 ? 0 : x.elements[index - stride]!) : x.elements[index]!;
    sums.push(addDims(before, next));
  });
  return [known(x.type, x.shape, sums)];
};

export const SELECTION: Readonly<Record<string, Evaluation>> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterND: scatterNd,
  ConstantOfShape: constantOfShape,
  Range: range,
  ReduceSum: reduce(addDims),
  ReduceProd: reduce((a, b) => multiplyDims([a, b])),
  ReduceMax: reduce(greaterDim),
  ReduceMin: reduce(lesserDim),
  CumSum: cumulativeSum,
};

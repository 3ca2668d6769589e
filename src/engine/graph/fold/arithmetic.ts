import {
  addDims,
  broadcastShapes,
  compareDims,
  divideDims,
  greaterDim,
  lesserDim,
  multiplyDims,
  subtractDims,
} from '../dims';
import { type Dim, intAttribute } from '../graph';
import { DATA_TYPES } from '../onnxSchema';
import { elementType } from '../readTensor';
import type { Evaluation } from './evaluation';
import { broadcastIndices } from './indexing';
import { type Known, known, numbersOf } from './known';
import { quantiseElement } from './quantise';

/** One element from those of the inputs; undefined where it depends on what the names stand for. */
type Operation = (a: Dim, b: Dim) => Dim | undefined;

/** Applies an operation to two inputs, as broadcasting lays them beside each other. */
function combine(a: Known, b: Known, type: Known['type'], operation: Operation): Known | undefined {
  const shape = broadcastShapes(a.shape, b.shape) as number[];
  const [left, right] = [broadcastIndices(a.shape, shape), broadcastIndices(b.shape, shape)];
  const elements: Dim[] = [];
  for (let i = 0; i < left.length; i++) {
    const element = operation(a.elements[left[i]!]!, b.elements[right[i]!]!);
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return known(type, shape, elements);
}

/** Any number of inputs, of which each has the outcome's type. */
const fold =
  (integer: Operation, float: (a: number, b: number) => number): Evaluation =>
  (_, inputs) => {
    let result = inputs[0];
    for (const next of inputs.slice(1)) {
      if (!result || !next) return undefined;
      const { type } = result;
      const operation: Operation = isInteger(type)
        ? integer
        : (a, b) => narrow(type, float(Number(a), Number(b)));
      result = combine(result, next, type, operation);
    }
    return result && [result];
  };

const compare =
  (holds: (sign: number) => boolean): Evaluation =>
  (_, [a, b]) => {
    if (!a || !b) return undefined;
    const result = combine(a, b, 'bool', (x, y) => {
      const sign =
        typeof x === 'number' && typeof y === 'number'
          ? Math.sign(x - y) || (x === y ? 0 : x - y)
          : compareDims(x, y);
      return sign === undefined ? undefined : Number(holds(sign));
    });
    return result && [result];
  };

const logic =
  (operation: (a: number, b: number) => boolean): Evaluation =>
  (_, [a, b]) => {
    const result = a && b && combine(a, b, 'bool', (x, y) => Number(operation(Number(x), Number(y))));
    return result && [result];
  };

/** One input of plain numbers. */
const each =
  (operation: (x: number) => number, type?: Known['type']): Evaluation =>
  (_, [x]) => {
    const numbers = x && numbersOf(x);
    const made = type ?? x?.type ?? 'float32';
    return (
      numbers && [
        known(
          made,
          x.shape,
          numbers.map((value) => narrow(made, operation(value))),
        ),
      ]
    );
  };

const isInteger = (type: Known['type']) => !type.startsWith('float');

/** Floats are computed as onnxruntime does, in float32. */
const narrow = (type: Known['type'], value: number) => (type === 'float32' ? Math.fround(value) : value);

const negate: Evaluation = (node, [x]) => {
  if (x && isInteger(x.type))
    return [
      known(
        x.type,
        x.shape,
        x.elements.map((value) => multiplyDims([-1, value])),
      ),
    ];
  return each((value) => -value)(node, [x]);
};

const cast: Evaluation = (node, [x]) => {
  const type = elementType(intAttribute(node, 'to', DATA_TYPES.float32));
  if (!x || !type) return undefined;
  if (isInteger(type) && type !== 'bool' && isInteger(x.type)) return [known(type, x.shape, x.elements)];
  const numbers = numbersOf(x);
  // A size is positive, and so true.
  if (!numbers) return undefined;
  if (type === 'bool')
    return [
      known(
        type,
        x.shape,
        numbers.map((value) => Number(value !== 0)),
      ),
    ];
  return [
    known(
      type,
      x.shape,
      numbers.map((value) => (isInteger(type) ? Math.trunc(value) : narrow(type, value))),
    ),
  ];
};

const where: Evaluation = (_, [condition, a, b]) => {
  if (!condition || !a || !b) return undefined;
  const shape = [condition.shape, a.shape, b.shape].reduce<readonly number[]>(
    (x, y) => broadcastShapes(x, y) as number[],
    [],
  );
  const [which, left, right] = [condition, a, b].map((value) => broadcastIndices(value.shape, shape)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const elements = Array.from(which, (at, i) =>
    condition.elements[at] ? a.elements[left[i]!]! : b.elements[right[i]!]!,
  );
  return [known(a.type, shape, elements)];
};

const quantize: Evaluation = (_, [x, scale, zero]) => {
  const type = zero?.type ?? 'uint8';
  if (!x || scale?.elements.length !== 1) return undefined;
  const [by, offset] = [Number(scale.elements[0]), Number(zero?.elements[0] ?? 0)];
  const numbers = numbersOf(x)?.map((value) => quantiseElement(value, by, offset, type));
  return numbers && [known(type, x.shape, numbers)];
};

const dequantize: Evaluation = (_, [x, scale, zero]) => {
  if (!x || scale?.elements.length !== 1) return undefined;
  const [by, offset] = [Number(scale.elements[0]), Number(zero?.elements[0] ?? 0)];
  const numbers = numbersOf(x)?.map((value) => narrow(scale.type, (value - offset) * by));
  return numbers && [known(scale.type, x.shape, numbers)];
};

export const ARITHMETIC: Readonly<Record<string, Evaluation>> = {
  Add: fold(addDims, (a, b) => a + b),
  Sub: fold(subtractDims, (a, b) => a - b),
  Mul: fold(
    (a, b) => multiplyDims([a, b]),
    (a, b) => a * b,
  ),
  Div: fold(
    (a, b) =>
      typeof a === 'number' && typeof b === 'number' && b !== 0 ? Math.trunc(a / b) : divideDims(a, b),
    (a, b) => a / b,
  ),
  Mod: fold(
    (a, b) => (typeof a === 'number' && typeof b === 'number' && b !== 0 ? ((a % b) + b) % b : undefined),
    (a, b) => a % b,
  ),
  Pow: fold(
    (a, b) => (typeof a === 'number' && typeof b === 'number' ? a ** b : undefined),
    (a, b) => a ** b,
  ),
  Max: fold(greaterDim, Math.max),
  Min: fold(lesserDim, Math.min),
  Equal: compare((sign) => sign === 0),
  Less: compare((sign) => sign < 0),
  LessOrEqual: compare((sign) => sign <= 0),
  Greater: compare((sign) => sign > 0),
  GreaterOrEqual: compare((sign) => sign >= 0),
  And: logic((a, b) => a !== 0 && b !== 0),
  Or: logic((a, b) => a !== 0 || b !== 0),
  Xor: logic((a, b) => (a !== 0) !== (b !== 0)),
  Not: each((x) => Number(x === 0), 'bool'),
  IsNaN: each((x) => Number(Number.isNaN(x)), 'bool'),
  IsInf: each((x) => Number(Math.abs(x) === Number.POSITIVE_INFINITY), 'bool'),
  Neg: negate,
  Abs: each(Math.abs),
  Sign: each(Math.sign),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Sqrt: each(Math.sqrt),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Sin: each(Math.sin),
  Cos: each(Math.cos),
  Reciprocal: each((x) => 1 / x),
  Identity: (_, [x]) => x && [x],
  Cast: cast,
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  Where: where,
};

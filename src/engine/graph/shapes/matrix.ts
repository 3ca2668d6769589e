import { broadcastShapes } from '../dims';
import { type Dim, intAttribute, MICROSOFT, stringAttribute } from '../graph';
import { type Inference, type InferenceTable, inputType } from './inference';

export const matMul: Inference = (node, graph) => {
  const flip = (shape: readonly Dim[], transposed: boolean) =>
    transposed ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
  const { type, shape: left } = inputType(node, graph, 0);
  const { shape: right } = inputType(node, graph, 1);
  // A vector counts as a row on the left and as a column on the right, and leaves no axis behind.
  const a = flip(left.length === 1 ? [1, ...left] : left, intAttribute(node, 'transA', 0) === 1);
  const b = flip(right.length === 1 ? [...right, 1] : right, intAttribute(node, 'transB', 0) === 1);
  const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
  const rows = left.length === 1 ? [] : [a.at(-2)!];
  const columns = right.length === 1 ? [] : [b.at(-1)!];
  return [{ type, shape: [...batch, ...rows, ...columns] }];
};

const matMulNBits: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  return [{ type, shape: [...shape.slice(0, -1), intAttribute(node, 'N', 0)] }];
};

/** Sizes by letter; an ellipsis stands for leading axes that no letter names. */
const einsum: Inference = (node, graph) => {
  const equation = stringAttribute(node, 'equation', '').replaceAll(' ', '');
  const [left, right] = equation.split('->') as [string, string | undefined];
  const sizes = new Map<string, Dim>();
  let unnamed: Dim[] = [];
  left.split(',').forEach((term, i) => {
    const { shape } = inputType(node, graph, i);
    const [before, after] = term.split('...') as [string, string | undefined];
    for (const [axis, letter] of [...before].entries()) sizes.set(letter, shape[axis]!);
    if (after === undefined) return;
    const end = shape.length - after.length;
    for (const [axis, letter] of [...after].entries()) sizes.set(letter, shape[end + axis]!);
    unnamed = broadcastShapes(unnamed, shape.slice(before.length, end));
  });
  const letters = left.replaceAll(/[^a-zA-Z]/g, '');
  const once = [...sizes.keys()].filter((letter) => letters.split(letter).length === 2).sort();
  const output = right ?? `${left.includes('...') ? '...' : ''}${once.join('')}`;
  const shape = output.split('...').map((part) => [...part].map((letter) => sizes.get(letter)!));
  return [
    {
      type: inputType(node, graph, 0).type,
      shape: shape.length === 1 ? shape[0]! : [...shape[0]!, ...unnamed, ...shape[1]!],
    },
  ];
};

export const MATRIX: InferenceTable = {
  MatMul: matMul,
  Gemm: matMul,
  Einsum: einsum,
  [`${MICROSOFT}:FusedMatMul`]: matMul,
  [`${MICROSOFT}:DynamicQuantizeMatMul`]: matMul,
  [`${MICROSOFT}:MatMulNBits`]: matMulNBits,
};

import { constantInts } from './constants';
import { addDims, broadcastShapes, frontAxis, multiplyDims } from './dims';
import {
  type Dim,
  type Graph,
  intAttribute,
  intsAttribute,
  MICROSOFT,
  type Node,
  type TensorType,
} from './graph';

/** Types of a node's outputs from its inputs', in the order of its outputs. */
type Inference = (node: Node, graph: Graph) => TensorType[];

const input = (node: Node, graph: Graph, index: number): TensorType => graph.typeOf(node.inputs[index]!);

const same: Inference = (node, graph) => [input(node, graph, 0)];

const elementwise: Inference = (node, graph) => {
  const types = node.inputs.map((_, i) => input(node, graph, i));
  return [{ type: types[0]!.type, shape: types.map((t) => t.shape).reduce(broadcastShapes) }];
};

const matMul: Inference = (node, graph) => {
  const flip = (shape: readonly Dim[], transposed: boolean) =>
    transposed ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
  const a = flip(input(node, graph, 0).shape, intAttribute(node, 'transA', 0) === 1);
  const b = flip(input(node, graph, 1).shape, intAttribute(node, 'transB', 0) === 1);
  const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
  return [{ type: input(node, graph, 0).type, shape: [...batch, a.at(-2)!, b.at(-1)!] }];
};

const reduce: Inference = (node, graph) => {
  const { type, shape } = input(node, graph, 0);
  const axes = constantInts(graph, node.inputs[1])?.map((axis) => frontAxis(axis, shape.length));
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  const reduced = (axis: number) => !axes || axes.length === 0 || axes.includes(axis);
  return [
    { type, shape: keep ? shape.map((d, i) => (reduced(i) ? 1 : d)) : shape.filter((_, i) => !reduced(i)) },
  ];
};

const reshape: Inference = (node, graph) => {
  const { type, shape } = input(node, graph, 0);
  const wanted = constantInts(graph, node.inputs[1]);
  if (!wanted) throw new Error(`Reshape ${node.name} needs a constant shape`);
  const copied = wanted.map((size, i) => (size === 0 ? shape[i]! : size));
  // What -1 stands for: the sizes that are left once those on both sides are struck out.
  const left = [...shape];
  for (const dim of copied) {
    const at = left.indexOf(dim);
    if (at >= 0) left.splice(at, 1);
  }
  const known = copied.filter((dim) => dim !== -1);
  return [{ type, shape: copied.map((dim) => (dim === -1 ? remainder(shape, known, left) : dim)) }];
};

function remainder(shape: readonly Dim[], known: readonly Dim[], left: readonly Dim[]): Dim {
  const total = multiplyDims(shape.filter((dim) => typeof dim === 'number')) as number;
  const taken = multiplyDims(known.filter((dim) => typeof dim === 'number')) as number;
  return multiplyDims([total / taken, ...left.filter((dim) => typeof dim === 'string')]);
}

const transpose: Inference = (node, graph) => {
  const { type, shape } = input(node, graph, 0);
  const order = intsAttribute(node, 'perm') ?? shape.map((_, i) => shape.length - 1 - i);
  return [{ type, shape: order.map((axis) => shape[axis]!) }];
};

const concat: Inference = (node, graph) => {
  const shapes = node.inputs.map((_, i) => input(node, graph, i).shape);
  const axis = frontAxis(intAttribute(node, 'axis', 0), shapes[0]!.length);
  const shape = shapes[0]!.map((dim, i) => (i === axis ? shapes.map((s) => s[axis]!).reduce(addDims) : dim));
  return [{ type: input(node, graph, 0).type, shape }];
};

const split: Inference = (node, graph) => {
  const { type, shape } = input(node, graph, 0);
  const axis = frontAxis(intAttribute(node, 'axis', 0), shape.length);
  const sizes = constantInts(graph, node.inputs[1]);
  if (!sizes) throw new Error(`Split ${node.name} needs constant sizes`);
  return sizes.map((size) => ({ type, shape: shape.map((dim, i) => (i === axis ? size : dim)) }));
};

/** The target is either constant or a run-time shape of the form [rows, 1, 1, …]: it widens the leading axis. */
const expand: Inference = (node, graph) => {
  const { type, shape } = input(node, graph, 0);
  const target = constantInts(graph, node.inputs[1]);
  return [{ type, shape: target ? broadcastShapes(shape, target) : ['rows', ...shape.slice(1)] }];
};

const gatherElements: Inference = (node, graph) => [
  { type: input(node, graph, 0).type, shape: input(node, graph, 1).shape },
];

const shapeOperator: Inference = (node, graph) => [
  { type: 'int64', shape: [input(node, graph, 0).shape.length] },
];

/** A constant filled into the shape that another value has (the only use made of it here: Shape → ConstantOfShape). */
const constantOfShape: Inference = (node, graph) => {
  const source = graph.producers().get(node.inputs[0]!);
  if (source?.op !== 'Shape') throw new Error(`ConstantOfShape ${node.name} needs a Shape before it`);
  return [{ type: 'float32', shape: input(source, graph, 0).shape }];
};

const normalisation: Inference = (node, graph) => {
  const { type, shape } = input(node, graph, 0);
  return [
    { type, shape },
    { type: 'float32', shape: [...shape.slice(0, -1), 1] },
  ];
};

/** By domain and operator. */
const INFERENCES: Record<string, Inference> = {
  Add: elementwise,
  Sub: elementwise,
  Mul: elementwise,
  Div: elementwise,
  Neg: same,
  Exp: same,
  Sigmoid: same,
  Softmax: same,
  LogSoftmax: same,
  ScatterElements: same,
  MatMul: matMul,
  ReduceSum: reduce,
  ReduceMean: reduce,
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Expand: expand,
  GatherElements: gatherElements,
  Shape: shapeOperator,
  ConstantOfShape: constantOfShape,
  SimplifiedLayerNormalization: normalisation,
  [`${MICROSOFT}:FusedMatMul`]: matMul,
  [`${MICROSOFT}:RotaryEmbedding`]: same,
  [`${MICROSOFT}:QuickGelu`]: same,
};

/** Types of a node's outputs. Throws for an operator that the table does not have. */
export function inferTypes(node: Node, graph: Graph): TensorType[] {
  const inference = INFERENCES[node.domain ? `${node.domain}:${node.op}` : node.op];
  if (!inference) throw new Error(`no shape inference for operator ${node.op} (node ${node.name})`);
  return inference(node, graph);
}

import { l10n } from '../../../protocol/l10n';
import { addDims, broadcastShapes, frontAxis, multiplyDims } from '../dims';
import { type Dim, intAttribute, intsAttribute } from '../graph';
import { slicedLength } from '../slices';
import { constantInput, type Inference, type InferenceTable, inputType, knownInts, same } from './inference';

const reshape: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const wanted = knownInts(graph, node.inputs[1]);
  if (!wanted) throw new Error(l10n`Reshape ${node.name} needs a shape that is known before it runs`);
  const copies = intAttribute(node, 'allowzero', 0) === 0;
  const copied = wanted.map((size, i) => (size === 0 && copies ? shape[i]! : size));
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
  const { type, shape } = inputType(node, graph, 0);
  const order = intsAttribute(node, 'perm') ?? shape.map((_, i) => shape.length - 1 - i);
  return [{ type, shape: order.map((axis) => shape[axis]!) }];
};

const concat: Inference = (node, graph) => {
  const shapes = node.inputs.map((_, i) => inputType(node, graph, i).shape);
  const axis = frontAxis(intAttribute(node, 'axis', 0), shapes[0]!.length);
  const shape = shapes[0]!.map((dim, i) => (i === axis ? shapes.map((s) => s[axis]!).reduce(addDims) : dim));
  return [{ type: inputType(node, graph, 0).type, shape }];
};

const split: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const axis = frontAxis(intAttribute(node, 'axis', 0), shape.length);
  const sizes = knownInts(graph, node.inputs[1]);
  if (!sizes) throw new Error(l10n`Split ${node.name} needs sizes that are known before it runs`);
  return sizes.map((size) => ({ type, shape: shape.map((dim, i) => (i === axis ? size : dim)) }));
};

/** The target is known, or a run-time shape of the form [rows, 1, 1, …]: it widens the leading axis. */
const expand: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const target = knownInts(graph, node.inputs[1]);
  return [{ type, shape: target ? broadcastShapes(shape, target) : ['rows', ...shape.slice(1)] }];
};

const squeeze: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const axes = constantInput(graph, node.inputs[1])?.map((axis) => frontAxis(axis, shape.length));
  return [{ type, shape: shape.filter((dim, i) => !(axes ? axes.includes(i) : dim === 1)) }];
};

const unsqueeze: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const given = constantInput(graph, node.inputs[1]);
  if (!given) throw new Error(l10n`Unsqueeze ${node.name} needs constant axes`);
  const rank = shape.length + given.length;
  const axes = given.map((axis) => frontAxis(axis, rank));
  const rest = [...shape];
  return [{ type, shape: Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)) }];
};

const flatten: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const axis = frontAxis(intAttribute(node, 'axis', 1), shape.length);
  return [{ type, shape: [multiplyDims(shape.slice(0, axis)), multiplyDims(shape.slice(axis))] }];
};

const slice: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const [starts, ends] = [knownInts(graph, node.inputs[1]), knownInts(graph, node.inputs[2])];
  const axes = node.inputs[3] ? constantInput(graph, node.inputs[3]) : starts?.map((_, i) => i);
  const steps = node.inputs[4] ? constantInput(graph, node.inputs[4]) : starts?.map(() => 1);
  if (!starts || !ends || !axes || !steps) {
    throw new Error(l10n`Slice ${node.name} needs bounds that are known before it runs`);
  }
  const result = [...shape];
  axes.forEach((axis, i) => {
    const at = frontAxis(axis, shape.length);
    const length = slicedLength(shape[at]!, starts[i]!, ends[i]!, steps[i]!);
    if (length === undefined) {
      const [start, end] = [starts[i]!, ends[i]!].map(String);
      throw new Error(
        l10n`Slice ${node.name}: its bounds cannot be compared (${start!} to ${end!} of ${shape[at]!})`,
      );
    }
    result[at] = length;
  });
  return [{ type, shape: result }];
};

const tile: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const repeats = knownInts(graph, node.inputs[1]);
  if (!repeats) throw new Error(l10n`Tile ${node.name} needs repeats that are known before it runs`);
  return [{ type, shape: shape.map((dim, i) => multiplyDims([dim, repeats[i]!])) }];
};

const pad: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const pads = knownInts(graph, node.inputs[1]);
  if (!pads) throw new Error(l10n`Pad ${node.name} needs sizes that are known before it runs`);
  const axes = constantInput(graph, node.inputs[3]) ?? shape.map((_, i) => i);
  const result = [...shape];
  axes.forEach((axis, i) => {
    const at = frontAxis(axis, shape.length);
    result[at] = addDims(shape[at]!, addDims(pads[i]!, pads[axes.length + i]!));
  });
  return [{ type, shape: result }];
};

const shapeOperator: Inference = (node, graph) => {
  const rank = inputType(node, graph, 0).shape.length;
  const bound = (name: string, fallback: number) =>
    Math.min(rank, Math.max(0, frontAxis(intAttribute(node, name, fallback), rank)));
  return [{ type: 'int64', shape: [Math.max(0, bound('end', rank) - bound('start', 0))] }];
};

const size: Inference = () => [{ type: 'int64', shape: [] }];

/** A constant filled into a known shape, or into the shape that another value has (Shape → ConstantOfShape). */
const constantOfShape: Inference = (node, graph) => {
  const value = node.attributes.value;
  const type = value?.kind === 'tensor' ? value.value.type : 'float32';
  const known = knownInts(graph, node.inputs[0]);
  if (known) return [{ type, shape: known }];
  const source = graph.producers().get(node.inputs[0]!);
  if (source?.op !== 'Shape') throw new Error(l10n`ConstantOfShape ${node.name} needs a Shape before it`);
  return [{ type, shape: inputType(source, graph, 0).shape }];
};

export const LAYOUT: InferenceTable = {
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Expand: expand,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Slice: slice,
  Tile: tile,
  Pad: pad,
  Trilu: same,
  Shape: shapeOperator,
  Size: size,
  ConstantOfShape: constantOfShape,
};

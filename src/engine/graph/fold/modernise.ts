import { l10n } from '../../../protocol/l10n';
import { frontAxis } from '../dims';
import { type Attribute, type Dim, type Graph, intAttribute, type Node } from '../graph';
import { DATA_TYPES } from '../onnxSchema';

/** Operators whose axes were an attribute before opset 13 or 18. */
const AXES_AS_INPUT = new Set(
  [
    'Squeeze Unsqueeze ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd',
    'ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp',
  ].flatMap((line) => line.split(' ')),
);

const HALVES: readonly number[] = [DATA_TYPES.float16, DATA_TYPES.bfloat16];

/**
 * A node in the form of opset 20, whatever opset it was written for, and in float32 where it was written for half
 * precision: axes, sizes and bounds as inputs. `graph` has the types of its inputs; `ints` and `float` make
 * constants.
 */
export function modernise(
  node: Node,
  graph: Graph,
  {
    opset,
    ints,
    float,
  }: { opset: number; ints(values: readonly number[]): string; float(value: number): string },
): Node {
  const { op, domain, inputs, attributes } = node;
  if (domain !== '') return node;
  if (AXES_AS_INPUT.has(op) && attributes.axes?.kind === 'ints' && !inputs[1]) {
    return {
      ...node,
      inputs: [inputs[0]!, ints(attributes.axes.value)],
      attributes: without(attributes, 'axes'),
    };
  }
  switch (op) {
    case 'Split':
      return inputs[1]
        ? { ...node, attributes: without(attributes, 'num_outputs') }
        : withSizes(node, graph, ints);
    case 'Softmax':
    case 'LogSoftmax':
      return withAxis(node, graph, opset);
    case 'Clip': {
      const bounds = ['min', 'max'].map((name) => attributes[name]);
      if (!bounds.some(Boolean)) return node;
      const given = bounds.map((bound) => (bound?.kind === 'float' ? float(bound.value) : ''));
      return { ...node, inputs: [inputs[0]!, ...given], attributes: {} };
    }
    case 'Slice': {
      const { starts, ends, axes } = attributes;
      if (starts?.kind !== 'ints' || ends?.kind !== 'ints') return node;
      const along = axes?.kind === 'ints' ? axes.value : starts.value.map((_, i) => i);
      return {
        ...node,
        inputs: [inputs[0]!, ints(starts.value), ints(ends.value), ints(along)],
        attributes: {},
      };
    }
    case 'Cast': {
      const to = HALVES.includes(intAttribute(node, 'to', 0)) ? DATA_TYPES.float32 : undefined;
      return to ? { ...node, attributes: { to: { kind: 'int', value: to } } } : node;
    }
    default:
      return node;
  }
}

function without(attributes: Node['attributes'], ...names: string[]): Record<string, Attribute> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** Split said its sizes in an attribute, or nothing: equal parts, the last one smaller where they do not go up. */
function withSizes(node: Node, graph: Graph, ints: (values: readonly number[]) => string): Node {
  const { inputs, outputs, attributes } = node;
  const given = attributes.split?.kind === 'ints' ? attributes.split.value : undefined;
  const shape = graph.shapeOf(inputs[0]!);
  const size: Dim = shape[frontAxis(intAttribute(node, 'axis', 0), shape.length)]!;
  if (!given && typeof size !== 'number')
    throw new Error(l10n`it splits a size that is known only when it runs`);
  const part = Math.ceil(Number(size) / outputs.length);
  const sizes = given ?? outputs.map((_, i) => Math.min(part, Number(size) - part * i));
  return {
    ...node,
    inputs: [inputs[0]!, ints(sizes)],
    attributes: without(attributes, 'split', 'num_outputs'),
  };
}

/** Before opset 13 the axes from this one on were taken together, 1 where nothing was said. */
function withAxis(node: Node, graph: Graph, opset: number): Node {
  const rank = graph.shapeOf(node.inputs[0]!).length;
  const axis = frontAxis(intAttribute(node, 'axis', opset < 13 ? 1 : -1), rank);
  if (opset < 13 && axis !== rank - 1) throw new Error(l10n`it takes several axes together, as opset 12 did`);
  return { ...node, attributes: { axis: { kind: 'int', value: axis } } };
}

import { frontAxis } from '../dims';
import type { Graph, Node, Shape } from '../graph';

/** How ONNX is told "to the end". */
const END = 2 ** 31 - 1;

/**
 * The same node without named sizes among its inputs, where a constant says the same: a reshape's 0 (as before) and
 * -1 (the rest), an expansion's 1 where nothing is widened, a slice "to the end".
 */
export function withoutSizes(node: Node, graph: Graph, ints: (values: readonly number[]) => string): Node {
  const target = graph.elements.get(node.inputs[1] ?? '');
  if (node.domain !== '' || !target) return node;
  const shape = graph.shapeOf(node.inputs[0]!);
  switch (node.op) {
    case 'Reshape': {
      const constant = reshapeTarget(shape, graph.shapeOf(node.outputs[0]!));
      return constant ? { ...node, inputs: [node.inputs[0]!, ints(constant)], attributes: {} } : node;
    }
    case 'Expand': {
      const lead = target.length - shape.length;
      const constant = target.map((size, i) => (size === shape[i - lead] ? 1 : size));
      if (!constant.every((size) => typeof size === 'number')) return node;
      return { ...node, inputs: [node.inputs[0]!, ints(constant)] };
    }
    case 'Slice': {
      const ends = graph.elements.get(node.inputs[2]!);
      const axes = graph.elements.get(node.inputs[3] ?? '') ?? target.map((_, i) => i);
      if (!ends?.some((end) => typeof end === 'string')) return node;
      const constant = ends.map((end, i) =>
        end === shape[frontAxis(Number(axes[i]), shape.length)] ? END : end,
      );
      if (!constant.every((end) => typeof end === 'number')) return node;
      const [x, starts, , ...rest] = node.inputs as [string, string, string];
      return { ...node, inputs: [x, starts, ints(constant), ...rest] };
    }
    default:
      return node;
  }
}

/** A constant that reshapes `from` into `to`; undefined where more than one size would have to be worked out. */
function reshapeTarget(from: Shape, to: Shape): number[] | undefined {
  const wanted = to.map((size, axis) => (typeof size === 'number' ? size : size === from[axis] ? 0 : -1));
  const open = wanted.filter((size) => size === -1).length;
  // A size of 0 would be read as "as before".
  return open > 1 || to.includes(0) ? undefined : wanted;
}

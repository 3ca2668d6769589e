import type { Graph, Node } from '../graph/graph';

/**
 * Operators that end a path: what they answer does not change with their inputs (shapes, masks), changes in steps
 * (rounding, comparison), or is a place in a tensor. Their gradient is zero wherever there is one.
 */
const ENDS_PATH: ReadonlySet<string> = new Set(
  [
    'Shape Size Constant ConstantOfShape Range EyeLike OneHot RandomNormal RandomUniform RandomNormalLike',
    'RandomUniformLike Bernoulli',
    'Equal Greater GreaterOrEqual Less LessOrEqual Not And Or Xor IsNaN IsInf NonZero Unique',
    'ArgMax ArgMin Floor Ceil Round Sign BitShift BitwiseAnd BitwiseOr BitwiseNot BitwiseXor',
    'com.microsoft:GatherBlockQuantized',
  ].flatMap((line) => line.split(' ')),
);

/** Rounding to few bits, whose gradient is taken as that of the value itself (Bengio et al., 2013). */
const STRAIGHT_THROUGH: ReadonlySet<string> = new Set(['QuantizeLinear', 'DynamicQuantizeLinear']);

const FLOATS: ReadonlySet<string> = new Set(['float16', 'float32', 'float64']);

/** Name in the tables of operators: the operator, or domain:operator. */
export const operatorKey = ({ op, domain }: Node) => (domain ? `${domain}:${op}` : op);

/** Follows which values of a graph may carry gradient. */
export class Carriers {
  readonly values: Set<string>;

  constructor(
    private readonly graph: Graph,
    from: readonly string[],
  ) {
    this.values = new Set(from);
  }

  /** Whether a gradient may come back through this node; if so, its outputs that depend on `from` are taken up. */
  follow(node: Node): boolean {
    const inputs = node.inputs.filter((input) => this.values.has(input));
    if (inputs.length === 0 || ENDS_PATH.has(operatorKey(node))) return false;
    // Integers carry gradient only where they are a quantised value, or made of one (a product of integers).
    const quantised = inputs.some((input) => !FLOATS.has(this.graph.typeOf(input).type));
    const outputs = STRAIGHT_THROUGH.has(node.op)
      ? node.outputs.slice(0, 1)
      : node.outputs.filter((value) => value && (quantised || FLOATS.has(this.graph.typeOf(value).type)));
    for (const output of outputs) this.values.add(output);
    return outputs.length > 0;
  }
}

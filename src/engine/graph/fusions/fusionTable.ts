import { constantInts } from '../constants';
import { frontAxis } from '../dims';
import { type Attribute, type Graph, intAttribute, MICROSOFT, type Node } from '../graph';
import { anything, either, type Found, node, number, output, type Pattern, value } from './pattern';

/** Several plain operators that onnxruntime has as one. */
export interface Fusion {
  /** The last of the plain operators is what is looked for first. */
  pattern: Pattern;
  /** The one operator: its inputs by the pattern's names. */
  op: string;
  domain?: string;
  inputs: readonly string[];
  attributes?: (numbers: Found['numbers']) => Record<string, Attribute>;
  /** Whether the operator means the same for these values. */
  fits?: (graph: Graph, values: Found['values']) => boolean;
}

const x = value('x');
const float = (of: number): Attribute => ({ kind: 'float', value: of });

/** A mean over the last axis, which stays with size 1. */
const meanOf = (pattern: Pattern): Pattern => ({
  kind: 'node',
  op: 'ReduceMean',
  inputs: [pattern, anything],
  only: (node, graph) => {
    const rank = graph.shapeOf(node.inputs[0]!).length;
    const axes = constantInts(graph, node.inputs[1]);
    return (
      axes?.length === 1 && frontAxis(axes[0]!, rank) === rank - 1 && intAttribute(node, 'keepdims', 1) === 1
    );
  },
});

const squareOf = (pattern: Pattern) => either(node('Pow', pattern, number(2)), node('Mul', pattern, pattern));
const deviation = (pattern: Pattern) =>
  node('Sqrt', node('Add', meanOf(squareOf(pattern)), number('epsilon')));

/** pattern / √(mean(pattern²) + ε), in the ways that exporters write it. */
const dividedByRoot = (pattern: Pattern) =>
  either(
    node('Div', pattern, deviation(pattern)),
    node('Mul', pattern, node('Reciprocal', deviation(pattern))),
    node('Mul', pattern, node('Div', number(1), deviation(pattern))),
    node(
      'Mul',
      pattern,
      node('Pow', node('Add', meanOf(squareOf(pattern)), number('epsilon')), number(-0.5)),
    ),
  );

/** Gains and shifts are vectors along the last axis. */
const vectors =
  (...names: string[]) =>
  (graph: Graph, values: Found['values']): boolean => {
    const size = graph.shapeOf(values.x!).at(-1);
    return names.every((name) => {
      const shape = graph.shapeOf(values[name]!);
      return shape.length === 1 && shape[0] === size;
    });
  };

const centred = node('Sub', x, meanOf(x));
const scaled = (pattern: Pattern) => node('Mul', pattern, value('gain'));
const norm = ({ epsilon }: Found['numbers']) => ({
  axis: { kind: 'int' as const, value: -1 },
  epsilon: float(epsilon!),
});

/** (1 + f) · x / 2, whichever product comes first. */
const gated = (f: Pattern) => {
  const raised = node('Add', f, number(1));
  return either(
    node('Mul', node('Mul', x, raised), number(0.5)),
    node('Mul', node('Mul', x, number(0.5)), raised),
    node('Mul', x, node('Mul', raised, number(0.5))),
  );
};

const cube = either(
  node('Pow', x, number(3)),
  node('Mul', x, node('Mul', x, x)),
  node('Mul', node('Mul', x, x), x),
);
const bent = node('Mul', node('Add', x, node('Mul', cube, number(0.044715))), number(Math.sqrt(2 / Math.PI)));

const quantised = ['value', 'scale', 'zero point'].map((name, i) => output('DynamicQuantizeLinear', i, name));

/**
 * A product of integers, turned back to floats by the scales of both sides; `last` are the inputs after the
 * first three.
 */
const integerProduct = (...last: Pattern[]) =>
  node(
    'Mul',
    node('Cast', node('MatMulInteger', quantised[0]!, value('weights'), quantised[2]!, ...last)),
    node('Mul', quantised[1]!, value('weights scale')),
  );

/** Longer patterns stand before those that they contain. */
export const FUSIONS: readonly Fusion[] = [
  {
    pattern: node('Add', scaled(dividedByRoot(centred)), value('shift')),
    op: 'LayerNormalization',
    inputs: ['x', 'gain', 'shift'],
    attributes: norm,
    fits: vectors('gain', 'shift'),
  },
  {
    pattern: scaled(dividedByRoot(x)),
    op: 'SimplifiedLayerNormalization',
    inputs: ['x', 'gain'],
    attributes: norm,
    fits: vectors('gain'),
  },
  {
    pattern: gated(
      node('Erf', either(node('Div', x, number(Math.SQRT2)), node('Mul', x, number(Math.SQRT1_2)))),
    ),
    op: 'Gelu',
    domain: MICROSOFT,
    inputs: ['x'],
  },
  {
    pattern: gated(node('Tanh', bent)),
    op: 'FastGelu',
    domain: MICROSOFT,
    inputs: ['x'],
  },
  {
    pattern: node('Mul', x, node('Sigmoid', x)),
    op: 'QuickGelu',
    domain: MICROSOFT,
    inputs: ['x'],
    attributes: () => ({ alpha: float(1) }),
  },
  {
    pattern: node('Mul', x, node('Sigmoid', node('Mul', x, number('alpha')))),
    op: 'QuickGelu',
    domain: MICROSOFT,
    inputs: ['x'],
    attributes: ({ alpha }) => ({ alpha: float(alpha!) }),
  },
  {
    pattern: integerProduct(value('weights zero point')),
    op: 'MatMulIntegerToFloat',
    domain: MICROSOFT,
    inputs: ['value', 'weights', 'scale', 'weights scale', 'zero point', 'weights zero point'],
  },
  {
    pattern: integerProduct(),
    op: 'MatMulIntegerToFloat',
    domain: MICROSOFT,
    inputs: ['value', 'weights', 'scale', 'weights scale', 'zero point'],
  },
];

/** Operators that a pattern can end with. */
export const LAST_OPERATORS: ReadonlySet<Node['op']> = new Set(
  FUSIONS.flatMap(({ pattern }) => lastOperators(pattern)),
);

function lastOperators(pattern: Pattern): string[] {
  if (pattern.kind === 'either') return pattern.patterns.flatMap(lastOperators);
  return pattern.kind === 'node' ? [pattern.op] : [];
}

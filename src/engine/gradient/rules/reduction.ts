import { l10n } from '../../../protocol/l10n';
import { constantInts } from '../../graph/constants';
import { frontAxis } from '../../graph/dims';
import { intAttribute, intsAttribute } from '../../graph/graph';
import { type Rule, type RuleContext, refuse } from '../rule';

/** The axes that a reduction takes away: all of them where none are given. */
function reducedAxes(c: RuleContext): number[] {
  const rank = c.shape(c.input(0)).length;
  const given = c.has(1) ? constantInts(c.graph, c.input(1)) : (intsAttribute(c.node, 'axes') ?? []);
  if (!given) return refuse(c, l10n`with axes that are known only when it runs`);
  if (given.length > 0) return given.map((axis) => frontAxis(axis, rank));
  if (intAttribute(c.node, 'noop_with_empty_axes', 0) === 1) return [];
  return Array.from({ length: rank }, (_, i) => i);
}

/** A reduced value with its lost axes back, of size 1, so that it broadcasts against the input. */
function opened(c: RuleContext, value: string): string {
  const axes = reducedAxes(c);
  if (intAttribute(c.node, 'keepdims', 1) === 1 || axes.length === 0) return value;
  const { type, shape } = c.graph.typeOf(c.input(0));
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return c.build.add('Unsqueeze', [value, c.build.ints(axes)], { types: [{ type, shape: kept }] });
}

/** A value widened to the shape of the input: along the reduced axes, the others have their sizes. */
function spread(c: RuleContext, value: string): string {
  const { type, shape } = c.graph.typeOf(c.input(0));
  const axes = reducedAxes(c);
  const target = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const known = target.every((size) => typeof size === 'number');
  const sizes = known ? c.build.ints(target) : c.sizes.shape(c.input(0));
  return c.build.add('Expand', [value, sizes], { types: [{ type, shape }] });
}

/** The gradient is the same for every element that was summed. */
export const reduceSum: Rule = (c) => [spread(c, opened(c, c.gradient()!))];

export const reduceMean: Rule = (c) => {
  const { mul, div } = c.formula;
  const dy = opened(c, c.gradient()!);
  const axes = reducedAxes(c);
  const sizes = axes.map((axis) => c.shape(c.input(0))[axis]!);
  if (sizes.every((size) => typeof size === 'number')) {
    return [spread(c, mul(dy, 1 / sizes.reduce((product, size) => product * size, 1)))];
  }
  const all = c.sizes.shape(c.input(0));
  const counted = c.build.add('Gather', [all, c.build.ints(axes)], {
    types: [{ type: 'int64', shape: [axes.length] }],
  });
  const keepdims = { attributes: { keepdims: 0 }, types: [{ type: 'int64', shape: [] }] } as const;
  const count = c.build.add('Cast', [c.build.add('ReduceProd', [counted], keepdims)], {
    attributes: { to: 1 },
    types: [{ type: 'float32', shape: [] }],
  });
  return [spread(c, div(dy, count))];
};

/** Max and Min: the elements that reach it share the gradient. */
export const reduceExtremum: Rule = (c) => {
  const { mul, div, equal } = c.formula;
  const x = c.input(0);
  const { type, shape } = c.graph.typeOf(x);
  const reached = c.build.add('Cast', [equal(x, opened(c, c.output(0)))], {
    attributes: { to: 1 },
    types: [{ type, shape }],
  });
  const many = c.build.add('ReduceSum', [reached, c.build.ints(reducedAxes(c))]);
  return [mul(reached, div(opened(c, c.gradient()!), many))];
};

/** y = √Σx²: dx = x · dy / y */
export const reduceL2: Rule = (c) => {
  const { mul, div } = c.formula;
  return [mul(c.input(0), opened(c, div(c.gradient()!, c.output(0))))];
};

export const reduceL1: Rule = (c) => [
  c.formula.mul(c.formula.of('Sign', c.input(0)), opened(c, c.gradient()!)),
];

export const reduceSumSquare: Rule = (c) => {
  const { mul } = c.formula;
  return [mul(c.input(0), opened(c, mul(c.gradient()!, 2)))];
};

/** dx = dy · exp(x - y) */
export const reduceLogSumExp: Rule = (c) => {
  const { sub, mul, of } = c.formula;
  return [mul(of('Exp', sub(c.input(0), opened(c, c.output(0)))), opened(c, c.gradient()!))];
};

const softmaxAxis = (c: RuleContext) =>
  c.build.ints([frontAxis(intAttribute(c.node, 'axis', -1), c.shape(c.input(0)).length)]);

/** dx = y · dy - y · Σ(y · dy) */
export const softmax: Rule = (c) => {
  const { mul, sub } = c.formula;
  const weighted = mul(c.gradient()!, c.output(0));
  const sum = c.build.add('ReduceSum', [weighted, softmaxAxis(c)]);
  return [sub(weighted, mul(c.output(0), sum))];
};

/** dx = dy - exp(y) · Σ dy */
export const logSoftmax: Rule = (c) => {
  const { mul, sub, of } = c.formula;
  const dy = c.gradient()!;
  const sum = c.build.add('ReduceSum', [dy, softmaxAxis(c)]);
  return [sub(dy, mul(of('Exp', c.output(0)), sum))];
};

/** A running sum's gradient runs the other way. */
export const cumulativeSum: Rule = (c) => {
  const attributes = { ...c.node.attributes, reverse: 1 - intAttribute(c.node, 'reverse', 0) };
  return [c.build.add('CumSum', [c.gradient()!, c.input(1)], { attributes })];
};

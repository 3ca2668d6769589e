import { constantInts } from '../../graph/constants';
import { frontAxis } from '../../graph/dims';
import { intAttribute } from '../../graph/graph';
import type { Rule, RuleContext } from '../rule';

const lastAxis = (c: RuleContext) => c.build.ints([c.shape(c.input(0)).length - 1]);

function checkLastAxis(c: RuleContext): void {
  const rank = c.shape(c.input(0)).length;
  const axis = frontAxis(intAttribute(c.node, 'axis', -1), rank);
  if (axis !== rank - 1)
    throw new Error(`${c.node.op} ${c.node.name}: only the last axis has a gradient rule`);
}

/** dx = y · dy - y · Σ(y · dy) */
export const softmax: Rule = (c) => {
  checkLastAxis(c);
  const { build } = c;
  const weighted = build.add('Mul', [c.gradient()!, c.output(0)]);
  const sum = build.add('ReduceSum', [weighted, lastAxis(c)]);
  return [build.add('Sub', [weighted, build.add('Mul', [c.output(0), sum])])];
};

/** dx = dy - exp(y) · Σ dy */
export const logSoftmax: Rule = (c) => {
  checkLastAxis(c);
  const { build } = c;
  const dy = c.gradient()!;
  const sum = build.add('ReduceSum', [dy, lastAxis(c)]);
  return [build.add('Sub', [dy, build.add('Mul', [build.add('Exp', [c.output(0)]), sum])])];
};

/** The gradient is the same for every element that was summed. */
export const reduceSum: Rule = (c) => [spread(c, c.gradient()!), undefined];

export const reduceMean: Rule = (c) => {
  const { build } = c;
  const spreadOut = spread(c, c.gradient()!);
  const counted = reducedAxes(c).map((axis) => c.shape(c.input(0))[axis]!);
  if (counted.some((size) => typeof size !== 'number')) {
    throw new Error(`ReduceMean ${c.node.name}: the gradient rule needs axes of fixed size`);
  }
  const count = counted.reduce<number>((product, size) => product * Number(size), 1);
  return [build.add('Mul', [spreadOut, build.scalar(1 / count)]), undefined];
};

function reducedAxes(c: RuleContext): number[] {
  const rank = c.shape(c.input(0)).length;
  const axes = constantInts(c.graph, c.node.inputs[1]) ?? [];
  return axes.length > 0
    ? axes.map((axis) => frontAxis(axis, rank))
    : Array.from({ length: rank }, (_, i) => i);
}

function spread(c: RuleContext, dy: string): string {
  const { build } = c;
  const { type, shape } = c.graph.typeOf(c.input(0));
  const axes = reducedAxes(c);
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const open =
    intAttribute(c.node, 'keepdims', 1) === 1
      ? dy
      : build.add('Unsqueeze', [dy, build.ints(axes)], { types: [{ type, shape: kept }] });
  return build.add('Expand', [open, build.add('Shape', [c.input(0)])], { types: [{ type, shape }] });
}

/**
 * RMS normalisation (Zhang and Sennrich, 2019): y = x · r · g with r = 1 / √(mean(x²) + ε), which the operator hands out
 * as its second output. With t = dy · g: dx = r · t - x · r³ · mean(x · t). The gain is frozen and gets no gradient.
 */
export const rmsNormalization: Rule = (c) => {
  const { build } = c;
  const x = c.input(0);
  const r = c.output(1);
  const t = build.add('Mul', [c.gradient()!, c.input(1)]);
  const mean = build.add('ReduceMean', [build.add('Mul', [x, t]), lastAxis(c)]);
  const cubed = build.add('Mul', [build.add('Mul', [r, r]), r]);
  const along = build.add('Mul', [x, build.add('Mul', [cubed, mean])]);
  return [build.add('Sub', [build.add('Mul', [t, r]), along]), undefined];
};

import { floatAttribute } from '../../graph/graph';
import { reduceTo } from '../reduceTo';
import type { Rule, RuleContext } from '../rule';

/** The gradient of input `index`, summed back to its shape, if it is wanted. */
function reduced(c: RuleContext, index: number, gradient: () => string): string | undefined {
  return c.wants(index) ? reduceTo(c.build, gradient(), c.shape(c.input(index))) : undefined;
}

export const add: Rule = (c) => {
  const dy = c.gradient()!;
  return [reduced(c, 0, () => dy), reduced(c, 1, () => dy)];
};

export const subtract: Rule = (c) => {
  const dy = c.gradient()!;
  return [reduced(c, 0, () => dy), reduced(c, 1, () => c.build.add('Neg', [dy]))];
};

export const multiply: Rule = (c) => {
  const dy = c.gradient()!;
  return [
    reduced(c, 0, () => c.build.add('Mul', [dy, c.input(1)])),
    reduced(c, 1, () => c.build.add('Mul', [dy, c.input(0)])),
  ];
};

/** y = a / b: da = dy / b, db = -dy · y / b */
export const divide: Rule = (c) => {
  const dy = c.gradient()!;
  const quotient = c.build.add('Div', [dy, c.input(1)]);
  return [
    reduced(c, 0, () => quotient),
    reduced(c, 1, () => c.build.add('Neg', [c.build.add('Mul', [quotient, c.output(0)])])),
  ];
};

export const negate: Rule = (c) => [c.build.add('Neg', [c.gradient()!])];

export const exponential: Rule = (c) => [c.build.add('Mul', [c.gradient()!, c.output(0)])];

/** y = σ(x): dx = dy · (y - y²) */
export const sigmoid: Rule = (c) => {
  const y = c.output(0);
  const slope = c.build.add('Sub', [y, c.build.add('Mul', [y, y])]);
  return [c.build.add('Mul', [c.gradient()!, slope])];
};

/** y = x · σ(αx): with s = σ(αx), dx = dy · (s + α(y - ys)). SiLU is α = 1. */
export const quickGelu: Rule = (c) => {
  const { build } = c;
  const alpha = floatAttribute(c.node, 'alpha', 1.702);
  const scaled = (value: string) => (alpha === 1 ? value : build.add('Mul', [value, build.scalar(alpha)]));
  const s = build.add('Sigmoid', [scaled(c.input(0))]);
  const y = c.output(0);
  const bend = scaled(build.add('Sub', [y, build.add('Mul', [y, s])]));
  return [build.add('Mul', [c.gradient()!, build.add('Add', [s, bend])])];
};

import { l10n } from '../../../protocol/l10n';
import { constantNumber } from '../../graph/constants';
import { reduceTo } from '../reduceTo';
import { type Rule, type RuleContext, refuse } from '../rule';

/** The gradient of input `index`, summed back to its shape, if it is wanted. */
export function reduced(c: RuleContext, index: number, gradient: () => string): string | undefined {
  return c.wants(index) ? reduceTo(c.build, gradient(), c.shape(c.input(index))) : undefined;
}

/** A function of one value: dx = dy · slope. */
export const bySlope =
  (slope: (c: RuleContext, x: string, y: string) => string | number): Rule =>
  (c) => [c.formula.mul(c.gradient()!, slope(c, c.input(0), c.output(0)))];

/** Add of two, Sum of many. */
export const sum: Rule = (c) => c.node.inputs.map((_, i) => reduced(c, i, () => c.gradient()!));

export const subtract: Rule = (c) => {
  const dy = c.gradient()!;
  return [reduced(c, 0, () => dy), reduced(c, 1, () => c.formula.of('Neg', dy))];
};

/** A product that several rules may ask for, made once. */
export const sharedProduct = (c: RuleContext, a: string, b: string) =>
  c.once(`${a} * ${b}`, () => c.formula.mul(a, b));

export const multiply: Rule = (c) => {
  const dy = c.gradient()!;
  return [
    reduced(c, 0, () => sharedProduct(c, dy, c.input(1))),
    reduced(c, 1, () => sharedProduct(c, dy, c.input(0))),
  ];
};

/** y = a / b: da = dy / b, db = -dy · y / b */
export const divide: Rule = (c) => {
  const { mul, div, of } = c.formula;
  const quotient = div(c.gradient()!, c.input(1));
  return [reduced(c, 0, () => quotient), reduced(c, 1, () => of('Neg', mul(quotient, c.output(0))))];
};

/** y = aᵇ: da = dy · b · aᵇ⁻¹, db = dy · y · ln a (for a > 0). Exponents 2 and 1/2 have shorter forms. */
export const power: Rule = (c) => {
  const { add, mul, div, of } = c.formula;
  const [a, b, y, dy] = [c.input(0), c.input(1), c.output(0), c.gradient()!];
  const exponent = constantNumber(c.graph, b);
  const slope = () => {
    if (exponent === 2) return mul(a, 2);
    if (exponent === 0.5) return div(0.5, y);
    if (exponent !== undefined) return mul(c.build.add('Pow', [a, c.build.scalar(exponent - 1)]), exponent);
    return mul(b, c.build.add('Pow', [a, add(b, -1)]));
  };
  return [reduced(c, 0, () => mul(dy, slope())), reduced(c, 1, () => mul(dy, mul(y, of('Log', a))))];
};

export const mean: Rule = (c) => {
  const share = c.formula.mul(c.gradient()!, 1 / c.node.inputs.length);
  return c.node.inputs.map((_, i) => reduced(c, i, () => share));
};

/** Min and Max of several: the gradient goes where the answer came from. */
export const extremum: Rule = (c) => {
  const { equal, where } = c.formula;
  return c.node.inputs.map((x, i) => reduced(c, i, () => where(equal(x, c.output(0)), c.gradient()!, 0)));
};

/** The gradient passes where the value was not moved. */
export const clip: Rule = (c) => [
  c.formula.where(c.formula.equal(c.input(0), c.output(0)), c.gradient()!, 0),
];

export const where: Rule = (c) => {
  const [condition, dy] = [c.input(0), c.gradient()!];
  return [
    undefined,
    reduced(c, 1, () => c.formula.where(condition, dy, 0)),
    reduced(c, 2, () => c.formula.where(condition, 0, dy)),
  ];
};

/** What passes the gradient on as it is: Identity, and rounding that counts as none. */
export const identity: Rule = (c) => [c.gradient()!];

/** Inference leaves everything in. */
export const dropout: Rule = (c) => {
  if (c.has(2) && constantNumber(c.graph, c.input(2)) !== 0) refuse(c, l10n`in training mode`);
  return [c.gradient()!];
};

/** Between kinds of floats. An integer here is a quantised value, whose gradient is a float already. */
export const cast: Rule = (c) => {
  const { type } = c.graph.typeOf(c.input(0));
  const dy = c.gradient()!;
  if (!type.startsWith('float') || type === c.graph.typeOf(dy).type) return [dy];
  const to = { float16: 10, float32: 1, float64: 11 }[type as 'float32'];
  return [c.build.add('Cast', [dy], { attributes: { to }, types: [{ type, shape: c.shape(dy) }] })];
};

export const negate: Rule = (c) => [c.formula.of('Neg', c.gradient()!)];
export const absolute = bySlope((c, x) => c.formula.of('Sign', x));
export const reciprocal = bySlope((c, _, y) => c.formula.of('Neg', c.formula.mul(y, y)));
export const exponential = bySlope((_c, _x, y) => y);
export const sine = bySlope((c, x) => c.formula.of('Cos', x));
export const cosine = bySlope((c, x) => c.formula.of('Neg', c.formula.of('Sin', x)));
export const logarithm: Rule = (c) => [c.formula.div(c.gradient()!, c.input(0))];

export const squareRoot: Rule = (c) => {
  const { mul, div } = c.formula;
  return [div(mul(c.gradient()!, 0.5), c.output(0))];
};

/** y = arctan x: dx = dy / (1 + x²) */
export const arcTangent: Rule = (c) => {
  const { add, mul, div } = c.formula;
  const x = c.input(0);
  return [div(c.gradient()!, add(mul(x, x), 1))];
};

import { floatAttribute, stringAttribute } from '../../graph/graph';
import { reduceTo } from '../reduceTo';
import type { Rule, RuleContext } from '../rule';
import { bySlope, sharedProduct } from './elementwise';

/** y = σ(x): slope y - y² */
export const sigmoid = bySlope((c, _, y) => c.formula.sub(y, c.formula.mul(y, y)));

/** slope 1 - y² */
export const tanh = bySlope((c, _, y) => c.formula.sub(1, c.formula.mul(y, y)));

/** slope 2/√π · exp(-x²) */
export const erf = bySlope((c, x) => {
  const { mul, of } = c.formula;
  return mul(of('Exp', of('Neg', mul(x, x))), 2 / Math.sqrt(Math.PI));
});

/** y is never negative, so that its sign is the slope. */
export const relu = bySlope((c, _, y) => c.formula.of('Sign', y));

const positive = (c: RuleContext, x: string, yes: string | number, no: string | number) =>
  c.formula.where(c.formula.greater(x, 0), yes, no);

export const leakyRelu = bySlope((c, x) => positive(c, x, 1, floatAttribute(c.node, 'alpha', 0.01)));

/** α (eˣ - 1) below zero: slope y + α there */
export const elu = bySlope((c, x, y) =>
  positive(c, x, 1, c.formula.add(y, floatAttribute(c.node, 'alpha', 1))),
);

/** γ x above zero, γ α (eˣ - 1) below (Klambauer et al., 2017) */
export const selu = bySlope((c, x, y) => {
  const alpha = floatAttribute(c.node, 'alpha', 1.6732631921768188);
  const gamma = floatAttribute(c.node, 'gamma', 1.0507010221481323);
  return positive(c, x, gamma, c.formula.add(y, gamma * alpha));
});

/** y = ln(1 + eˣ): slope σ(x) */
export const softplus = bySlope((c, x) => c.formula.of('Sigmoid', x));

/** y = x / (1 + |x|): slope 1 / (1 + |x|)² = (1 - |y|)² */
export const softsign = bySlope((c, _, y) => {
  const { sub, mul, of } = c.formula;
  const rest = sub(1, of('Abs', y));
  return mul(rest, rest);
});

/** y = clip(αx + β, 0, 1): slope α between the bounds. With h = y: where h - h² > 0. */
export const hardSigmoid = bySlope((c, _, y) => {
  const { sub, mul } = c.formula;
  return positive(c, sub(y, mul(y, y)), floatAttribute(c.node, 'alpha', 0.2), 0);
});

/** y = x · h with h = clip(x/6 + 1/2, 0, 1): slope h + x/6 between the bounds, h outside */
export const hardSwish = bySlope((c, x) => {
  const { add, sub, mul } = c.formula;
  const attributes = {
    alpha: { kind: 'float' as const, value: 1 / 6 },
    beta: { kind: 'float' as const, value: 0.5 },
  };
  const h = c.build.add('HardSigmoid', [x], { attributes });
  return add(h, positive(c, sub(h, mul(h, h)), mul(x, 1 / 6), 0));
});

/** y = x · t with t = tanh(softplus(x)): slope t + x · σ(x) · (1 - t²) (Misra, 2019) */
export const mish = bySlope((c, x) => {
  const { add, sub, mul, of } = c.formula;
  const t = of('Tanh', of('Softplus', x));
  return add(t, mul(mul(x, of('Sigmoid', x)), sub(1, mul(t, t))));
});

/**
 * y = x · σ(αx). Where SiLU gates another value u, as in y · u, the gradient d of that product is at hand, and so
 * is the other gradient e = d · y: dx = u · (e + s · (d - e)), two passes over the values fewer and each in place.
 */
export const quickGelu: Rule = (c) => {
  const gated = c.multiplied(c.output(0));
  const silu = floatAttribute(c.node, 'alpha', 1.702) === 1;
  // A sum, or a product of another shape, is not the gradient that the gate alone gives.
  if (!gated || !silu || c.gradient() !== sharedProduct(c, gated.gradient, gated.with)) {
    return quickGeluByInput(c);
  }
  const { add, sub, mul, of } = c.formula;
  const e = sharedProduct(c, gated.gradient, c.output(0));
  const s = of('Sigmoid', c.input(0));
  return [mul(add(mul(sub(gated.gradient, e), s), e), gated.with)];
};

/** With s = σ(αx), slope s + α(y - ys). SiLU is α = 1. */
const quickGeluByInput = bySlope((c, x, y) => {
  const { add, sub, mul, of } = c.formula;
  const alpha = floatAttribute(c.node, 'alpha', 1.702);
  const scaled = (value: string) => (alpha === 1 ? value : mul(value, alpha));
  const s = of('Sigmoid', scaled(x));
  return add(s, scaled(sub(y, mul(y, s))));
});

/** y = x · Φ(x): slope Φ(x) + x · φ(x). With u = x/√2: (1 + erf(u) + u · exp(-u²) · 2/√π) / 2 */
function exactGeluSlope({ formula: { add, mul, of } }: RuleContext, x: string): string {
  const u = mul(x, Math.SQRT1_2);
  const bell = mul(of('Exp', of('Neg', mul(u, u))), 2 / Math.sqrt(Math.PI));
  return mul(add(add(of('Erf', u), 1), mul(u, bell)), 0.5);
}

/** y = x · σ(v) with v = 2 √(2/π) (x + 0.044715 x³): slope s + y · (1 - s) · v' (Hendrycks and Gimpel, 2016) */
function tanhGeluSlope({ formula: { add, sub, mul, of } }: RuleContext, x: string, y: string): string {
  const outer = 2 * Math.sqrt(2 / Math.PI);
  const cubic = mul(mul(x, x), outer * 0.044715);
  const s = of('Sigmoid', mul(x, add(cubic, outer)));
  const inner = add(mul(cubic, 3), outer);
  return add(s, mul(mul(y, sub(1, s)), inner));
}

/** Gelu of the standard (either form) and of onnxruntime (always exact). */
export const gelu = bySlope((c, x, y) =>
  stringAttribute(c.node, 'approximate', 'none') === 'tanh' ? tanhGeluSlope(c, x, y) : exactGeluSlope(c, x),
);

/** A function of x + bias, whose bias may be left out: both get the same gradient. */
const ofBiased =
  (slope: (c: RuleContext, x: string, y: string) => string): Rule =>
  (c) => {
    const x = c.has(1) ? c.formula.add(c.input(0), c.input(1)) : c.input(0);
    const gradient = c.formula.mul(c.gradient()!, slope(c, x, c.output(0)));
    return c.node.inputs.map((input, i) =>
      c.wants(i) ? reduceTo(c.build, gradient, c.shape(input)) : undefined,
    );
  };

export const biasGelu = ofBiased(exactGeluSlope);
export const fastGelu = ofBiased(tanhGeluSlope);

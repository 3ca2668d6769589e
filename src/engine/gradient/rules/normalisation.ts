import { l10n } from '../../../protocol/l10n';
import { floatsInitializer } from '../../graph/constants';
import { frontAxis } from '../../graph/dims';
import { floatAttribute, intAttribute, type TensorType } from '../../graph/graph';
import { type Rule, type RuleContext, refuse } from '../rule';
import { reduced } from './elementwise';

/**
 * Layer normalisation (Ba et al., 2016): y = x̂ · g + b with x̂ = (x - μ) · r and r = 1 / √(variance + ε). With
 * t = dy · g: dx = r · (t - mean(t) - x̂ · mean(t · x̂)). x̂ and r come from the operator itself, run again with
 * gain 1.
 */
function layerGradient(c: RuleContext, x: string, gain: string, dy: string): string {
  const { sub, mul } = c.formula;
  const axes = normalisedAxes(c, x);
  const epsilon = {
    kind: 'float' as const,
    value: floatAttribute(c.node, 'epsilon', DEFAULT_EPSILON[c.node.op]!),
  };
  const [normal, , r] = c.build.addMany('LayerNormalization', [x, onesLike(c, gain)], {
    attributes: { axis: axes[0]!, epsilon },
    types: [c.graph.typeOf(x), statistics(c, x), statistics(c, x)],
    outputs: 3,
  }) as [string, string, string];
  const mean = (value: string) => c.build.add('ReduceMean', [value, c.build.ints(axes)]);
  const t = mul(dy, gain);
  return mul(sub(sub(t, mean(t)), mul(normal, mean(mul(t, normal)))), r);
}

/**
 * RMS normalisation (Zhang and Sennrich, 2019): y = x · r · g with r = 1 / √(mean(x²) + ε), which the operator
 * can hand out. With t = dy · g: dx = r · t - x · r³ · mean(x · t).
 */
function rmsGradient(c: RuleContext, x: string, r: string, gain: string, dy: string): string {
  const { sub, mul } = c.formula;
  const t = isOnes(c, gain) ? dy : mul(dy, gain);
  const mean = c.build.add('ReduceMean', [mul(x, t), c.build.ints(normalisedAxes(c, x))]);
  return sub(mul(t, r), mul(x, mul(mul(mul(r, r), r), mean)));
}

function isOnes({ graph }: RuleContext, value: string): boolean {
  const data = graph.initializers.get(value)?.data;
  return data?.kind === 'inline' && new Float32Array(data.bytes.slice().buffer).every((one) => one === 1);
}

export const layerNormalization: Rule = (c) => {
  const dy = c.gradient()!;
  checkForm(c, 1);
  return [
    c.wants(0) ? layerGradient(c, c.input(0), c.input(1), dy) : undefined,
    undefined,
    c.has(2) ? reduced(c, 2, () => dy) : undefined,
  ];
};

export const rmsNormalization: Rule = (c) => {
  checkForm(c, 1);
  const x = c.input(0);
  return [rmsGradient(c, x, c.optionalOutput(1, statistics(c, x)), c.input(1), c.gradient()!)];
};

/**
 * onnxruntime's SkipLayerNormalization and SkipSimplifiedLayerNormalization: the norm of a sum, and the sum
 * itself.
 */
const skip =
  (gradientOf: (c: RuleContext, sum: string, gain: string, dy: string) => string, bias: number): Rule =>
  (c) => {
    checkForm(c, 2);
    const sum = c.optionalOutput(SUM_OUTPUT, c.graph.typeOf(c.input(0)));
    const [dy, dSum] = [c.gradient(0), c.gradient(SUM_OUTPUT)];
    const through = dy && gradientOf(c, sum, c.input(2), dy);
    const dx = through && dSum ? c.formula.add(through, dSum) : (through ?? dSum!);
    const gradients = [reduced(c, 0, () => dx), reduced(c, 1, () => dx)];
    if (c.has(bias)) gradients[bias] = reduced(c, bias, () => dx);
    return gradients;
  };

/** Which output of the Skip operators is the sum. */
const SUM_OUTPUT = 3;

export const skipLayerNormalization = skip(layerGradient, 4);

export const skipSimplifiedLayerNormalization = skip((c, sum, gain, dy) => {
  const [normal, r] = c.build.addMany('SimplifiedLayerNormalization', [sum, onesLike(c, gain)], {
    attributes: { axis: -1, epsilon: { kind: 'float', value: floatAttribute(c.node, 'epsilon', 1e-12) } },
    types: [c.graph.typeOf(sum), statistics(c, sum)],
    outputs: 2,
  }) as [string, string];
  const { sub, mul } = c.formula;
  const t = mul(dy, gain);
  const mean = c.build.add('ReduceMean', [mul(t, normal), c.build.ints(normalisedAxes(c, sum))]);
  return mul(sub(t, mul(normal, mean)), r);
}, 3);

const DEFAULT_EPSILON: Readonly<Record<string, number>> = {
  LayerNormalization: 1e-5,
  SkipLayerNormalization: 1e-12,
};

function normalisedAxes(c: RuleContext, x: string): number[] {
  const rank = c.shape(x).length;
  const first = frontAxis(intAttribute(c.node, 'axis', -1), rank);
  return Array.from({ length: rank - first }, (_, i) => first + i);
}

/** Mean and inverse deviation keep the axes that they were taken over, with size 1. */
function statistics(c: RuleContext, x: string): TensorType {
  const axes = normalisedAxes(c, x);
  return { type: 'float32', shape: c.shape(x).map((size, i) => (axes.includes(i) ? 1 : size)) };
}

function onesLike(c: RuleContext, gain: string): string {
  const sizes = c
    .shape(gain)
    .map((size) => (typeof size === 'number' ? size : refuse(c, l10n`with a gain of open size`)));
  const count = sizes.reduce((product, size) => product * size, 1);
  return c.once(`ones ${sizes}`, () =>
    c.build.initializer(`ones_${sizes.join('_')}`, floatsInitializer(new Float32Array(count).fill(1), sizes)),
  );
}

/**
 * Gains are frozen weights: one that depends on the prompt would need a gradient of its own. So would mean and deviation,
 * outputs 1 and 2.
 */
function checkForm(c: RuleContext, gain: number): void {
  if (c.wants(gain)) refuse(c, l10n`with a gain that depends on the soft prompt`);
  if (c.gradient(1) || c.gradient(2)) refuse(c, l10n`whose statistics are used`);
}

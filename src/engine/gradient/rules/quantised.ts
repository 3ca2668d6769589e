import { l10n } from '../../../protocol/l10n';
import { floatsInitializer } from '../../graph/constants';
import { reduceTo } from '../reduceTo';
import { type Rule, type RuleContext, refuse } from '../rule';
import { reduced } from './elementwise';
import { gradientA, gradientB } from './matrix';

// Straight through: the gradient of a quantised value is taken as that of the float which it stands for. So
// Quantize and DequantizeLinear pass it on as it is (their rule is `identity`), and products see the dequantised
// weights.

/** A matrix of integers as the floats they stand for; without a scale, as whole numbers less their zero point. */
function dequantised(
  c: RuleContext,
  value: string,
  scale: string | undefined,
  zeroPoint: string | undefined,
): string {
  const { build } = c;
  const { shape } = c.graph.typeOf(value);
  const count = (of: string | undefined) =>
    of ? c.shape(of).reduce<number>((product, size) => product * Number(size), 1) : 1;
  // Both are for the whole matrix, or for each of its columns.
  const columns = Math.max(count(scale), count(zeroPoint));
  const fitted = (of: string) => {
    if (columns === 1 || count(of) === columns) return of;
    const types = [{ type: c.graph.typeOf(of).type, shape: [columns] }];
    return build.add('Expand', [of, build.ints([columns])], { types });
  };
  const unit = () =>
    c.once(`ones ${columns}`, () =>
      build.initializer(`ones_${columns}`, floatsInitializer(new Float32Array(columns).fill(1), [columns])),
    );
  const inputs = [value, scale ? fitted(scale) : unit(), ...(zeroPoint ? [fitted(zeroPoint)] : [])];
  return build.add('DequantizeLinear', inputs, {
    attributes: { axis: shape.length - 1 },
    types: [{ type: 'float32', shape }],
  });
}

/** y = x · W + b with x quantised on the way: inputs x, W, its scale, its zero point, b. */
export const dynamicQuantizeMatMul: Rule = (c) => {
  const dy = c.gradient()!;
  const weights = () => dequantised(c, c.input(1), c.input(2), c.has(3) ? c.input(3) : undefined);
  const gradients = [c.wants(0) ? gradientA(c.build, weights(), dy, {}) : undefined];
  if (c.has(4)) gradients[4] = reduced(c, 4, () => dy);
  return gradients;
};

/** A product of integers (A - its zero point) · (B - its zero point), of which one or both are quantised floats. */
export const matMulInteger: Rule = (c) => {
  const { build } = c;
  const dy = c.gradient()!;
  const side = (index: number) =>
    dequantised(c, c.input(index), undefined, c.has(index + 2) ? c.input(index + 2) : undefined);
  const fitted = (index: number, gradient: string) =>
    reduceTo(build, c.formula.div(gradient, scaleOf(c, c.input(index))), c.shape(c.input(index)));
  return [
    c.wants(0) ? fitted(0, gradientA(build, side(1), dy, {})) : undefined,
    c.wants(1) ? fitted(1, gradientB(build, side(0), dy, {})) : undefined,
  ];
};

/** The same with scales, and a bias: inputs A, B, their scales, their zero points, b. */
export const matMulIntegerToFloat: Rule = (c) => {
  const { build } = c;
  const dy = c.gradient()!;
  const side = (index: number) =>
    dequantised(c, c.input(index), c.input(index + 2), c.has(index + 4) ? c.input(index + 4) : undefined);
  const gradients = [
    reduced(c, 0, () => gradientA(build, side(1), dy, {})),
    reduced(c, 1, () => gradientB(build, side(0), dy, {})),
  ];
  if (c.has(6)) gradients[6] = reduced(c, 6, () => dy);
  return gradients;
};

/** What a quantised value was divided by; moving its elements about leaves that as it is. */
function scaleOf(c: RuleContext, value: string): string {
  let node = c.producer(value);
  while (node && MOVES.has(node.op)) node = c.producer(node.inputs[0]!);
  if (node?.op === 'DynamicQuantizeLinear') return node.outputs[1]!;
  const scale = node?.op === 'QuantizeLinear' ? node.inputs[1] : undefined;
  if (scale && c.shape(scale).every((size) => size === 1)) return scale;
  return refuse(c, l10n`of integers whose scale is not known`);
}

const MOVES: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Unsqueeze', 'Squeeze']);

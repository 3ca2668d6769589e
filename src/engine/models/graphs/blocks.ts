import type { GraphBuilder } from '../../graph/builder';
import { MICROSOFT } from '../../graph/graph';

// What models of all families are put together from. Weights are [out, in], as most checkpoints store them.

export interface Norm {
  /** Root mean square (Zhang and Sennrich, 2019), or layer normalisation (Ba et al., 2016). */
  kind: 'rms' | 'layer';
  epsilon: number;
  /** Layer normalisation without bias is one whose bias is zero. */
  bias?: boolean;
  /** No gain of its own: the weights behind it hold it. */
  plain?: boolean;
}

/** Normalises the last axis, of this size, with the gain `name.gain` and, for layer normalisation, `name.bias`. */
export function normalise(
  build: GraphBuilder,
  { kind, epsilon, bias, plain }: Norm,
  value: string,
  name: string,
  size: number,
): string {
  const gain = plain ? build.ones(size) : build.weight(`${name}.gain`, [size]);
  const attributes = { axis: -1, epsilon: { kind: 'float' as const, value: epsilon } };
  // The further outputs (1 / rms; mean and 1 / deviation) are what the gradient needs.
  if (kind === 'rms') {
    return build.addMany('SimplifiedLayerNormalization', [value, gain], { attributes, outputs: 2 })[0]!;
  }
  const inputs = bias === false ? [value, gain] : [value, gain, build.weight(`${name}.bias`, [size])];
  return build.addMany('LayerNormalization', inputs, { attributes, outputs: 3 })[0]!;
}

/** x Wᵀ + b with `name.weight` [out, in] and, where asked for, `name.bias` [out]. */
export function linear(
  build: GraphBuilder,
  value: string,
  name: string,
  { size: [out, from], bias = false }: { size: readonly [number, number]; bias?: boolean },
): string {
  const weight = build.weight(`${name}.weight`, [out, from]);
  const product = build.add('FusedMatMul', [value, weight], { domain: MICROSOFT, attributes: { transB: 1 } });
  return bias ? build.add('Add', [product, build.weight(`${name}.bias`, [out])]) : product;
}

const quickGelu = (alpha: number) => (build: GraphBuilder, value: string) =>
  build.add('QuickGelu', [value], {
    domain: MICROSOFT,
    attributes: { alpha: { kind: 'float' as const, value: alpha } },
  });

/** By Transformers' names (`ACT2FN`). */
export const ACTIVATIONS = {
  silu: quickGelu(1),
  swish: quickGelu(1),
  quick_gelu: quickGelu(1.702),
  gelu: (build: GraphBuilder, value: string) => build.add('Gelu', [value], { domain: MICROSOFT }),
  gelu_new: (build: GraphBuilder, value: string) => build.add('FastGelu', [value], { domain: MICROSOFT }),
  gelu_fast: (build: GraphBuilder, value: string) => build.add('FastGelu', [value], { domain: MICROSOFT }),
  gelu_pytorch_tanh: (build: GraphBuilder, value: string) =>
    build.add('FastGelu', [value], { domain: MICROSOFT }),
  relu: (build: GraphBuilder, value: string) => build.add('Relu', [value]),
  tanh: (build: GraphBuilder, value: string) => build.add('Tanh', [value]),
} as const;

export type Activation = keyof typeof ACTIVATIONS;

/** y = cap · tanh(x / cap): logits that cannot grow beyond the cap (Gemma 2). */
export function softCap(build: GraphBuilder, value: string, cap: number): string {
  const bounded = build.add('Tanh', [build.add('Mul', [value, build.scalar(1 / cap)])]);
  return build.add('Mul', [bounded, build.scalar(cap)]);
}

/** [rows, a, b, size] to [rows, b, a, size]. */
export function swapHeads(build: GraphBuilder, value: string): string {
  return build.add('Transpose', [value], { attributes: { perm: { kind: 'ints', value: [0, 2, 1, 3] } } });
}

import { l10n } from '../../../protocol/l10n';
import type { GraphBuilder } from '../../graph/builder';
import { floatAttribute, intAttribute, MICROSOFT } from '../../graph/graph';
import { reduceTo } from '../reduceTo';
import { type Rule, type RuleContext, refuse } from '../rule';
import { reduced } from './elementwise';

interface Flags {
  transA?: boolean;
  transB?: boolean;
  alpha?: number;
}

/** A product of the last two axes; plain MatMul where nothing is transposed or scaled. */
export function product(build: GraphBuilder, a: string, b: string, flags: Flags = {}): string {
  const { transA = false, transB = false, alpha = 1 } = flags;
  if (!transA && !transB && alpha === 1) return build.add('MatMul', [a, b]);
  return build.add('FusedMatMul', [a, b], {
    domain: MICROSOFT,
    attributes: { transA: Number(transA), transB: Number(transB), alpha: { kind: 'float', value: alpha } },
  });
}

/** Gradient of A in Y = α op(A) op(B), not yet summed over broadcast axes. */
export function gradientA(build: GraphBuilder, b: string, dy: string, flags: Flags): string {
  const { transA = false, transB = false, alpha } = flags;
  return transA
    ? product(build, b, dy, { transA: transB, transB: true, alpha })
    : product(build, dy, b, { transB: !transB, alpha });
}

/** Gradient of B in Y = α op(A) op(B). */
export function gradientB(build: GraphBuilder, a: string, dy: string, flags: Flags): string {
  const { transA = false, transB = false, alpha } = flags;
  return transB
    ? product(build, dy, a, { transA: true, transB: transA, alpha })
    : product(build, a, dy, { transA: !transA, alpha });
}

function flagsOf({ node }: RuleContext): Flags {
  return {
    alpha: floatAttribute(node, 'alpha', 1),
    transA: intAttribute(node, 'transA', 0) === 1,
    transB: intAttribute(node, 'transB', 0) === 1,
  };
}

/** MatMul and FusedMatMul. */
export const matMul: Rule = (c) => {
  for (const flag of ['transBatchA', 'transBatchB']) {
    if (intAttribute(c.node, flag, 0) === 1) refuse(c, l10n`with ${flag}`);
  }
  const flags = flagsOf(c);
  // A vector counts as a row on the left and as a column on the right.
  const [leftVector, rightVector] = [0, 1].map((i) => c.shape(c.input(i)).length === 1);
  const opened = (value: string, axes: number[]) =>
    axes.length > 0 ? c.build.add('Unsqueeze', [value, c.build.ints(axes)]) : value;
  const a = opened(c.input(0), leftVector ? [0] : []);
  const b = opened(c.input(1), rightVector ? [1] : []);
  const dy = opened(c.gradient()!, [...(leftVector ? [-2] : []), ...(rightVector ? [-1] : [])]);
  const fitted = (gradient: string, like: string, vectorAxis: number | undefined) => {
    const matrix = reduceTo(c.build, gradient, c.shape(like));
    return vectorAxis === undefined ? matrix : c.build.add('Squeeze', [matrix, c.build.ints([vectorAxis])]);
  };
  return [
    c.wants(0) ? fitted(gradientA(c.build, b, dy, flags), a, leftVector ? 0 : undefined) : undefined,
    c.wants(1) ? fitted(gradientB(c.build, a, dy, flags), b, rightVector ? 1 : undefined) : undefined,
  ];
};

/** Y = α op(A) op(B) + β C */
export const gemm: Rule = (c) => {
  const dy = c.gradient()!;
  const flags = flagsOf(c);
  const beta = floatAttribute(c.node, 'beta', 1);
  return [
    c.wants(0) ? gradientA(c.build, c.input(1), dy, flags) : undefined,
    c.wants(1) ? gradientB(c.build, c.input(0), dy, flags) : undefined,
    c.has(2) ? reduced(c, 2, () => (beta === 1 ? dy : c.formula.mul(dy, beta))) : undefined,
  ];
};

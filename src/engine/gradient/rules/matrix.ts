import type { GraphBuilder } from '../../graph/builder';
import { floatAttribute, intAttribute, MICROSOFT } from '../../graph/graph';
import { reduceTo } from '../reduceTo';
import type { Rule } from '../rule';

/** A product of the last two axes; plain MatMul where nothing is transposed or scaled. */
function product(
  build: GraphBuilder,
  a: string,
  b: string,
  { transA = false, transB = false, alpha = 1 }: { transA?: boolean; transB?: boolean; alpha?: number },
): string {
  if (!transA && !transB && alpha === 1) return build.add('MatMul', [a, b]);
  return build.add('FusedMatMul', [a, b], {
    domain: MICROSOFT,
    attributes: { transA: Number(transA), transB: Number(transB), alpha: { kind: 'float', value: alpha } },
  });
}

/** Y = α op(A) op(B), for MatMul and FusedMatMul; matrices of rank 2 and more. */
export const matMul: Rule = (c) => {
  const { build, node } = c;
  const [a, b, dy] = [c.input(0), c.input(1), c.gradient()!];
  const alpha = floatAttribute(node, 'alpha', 1);
  const transA = intAttribute(node, 'transA', 0) === 1;
  const transB = intAttribute(node, 'transB', 0) === 1;
  const gradientA = () =>
    transA
      ? product(build, b, dy, { transA: transB, transB: true, alpha })
      : product(build, dy, b, { transB: !transB, alpha });
  const gradientB = () =>
    transB
      ? product(build, dy, a, { transA: true, transB: transA, alpha })
      : product(build, a, dy, { transA: !transA, alpha });
  return [
    c.wants(0) ? reduceTo(build, gradientA(), c.shape(a)) : undefined,
    c.wants(1) ? reduceTo(build, gradientB(), c.shape(b)) : undefined,
  ];
};

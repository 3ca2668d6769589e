import { MICROSOFT } from '../../../src/engine/graph/graph';
import { float, fusedNode, node, one, type RuleCases, two } from './building';

const fused = (transA: number, transB: number, alpha: number) =>
  fusedNode('FusedMatMul', ['x', 'y'], { transA, transB, alpha: float(alpha) });

const product = node('MatMul', ['x', 'y']);
const einsum = (equation: string) => node('Einsum', ['x', 'y'], { equation });

export const MATRIX: RuleCases = {
  MatMul: {
    matrices: two([2, 3], [3, 4], product),
    'batch against one matrix': two([2, 5, 3], [3, 4], product),
    'one matrix against a batch': two([5, 3], [2, 3, 4], product),
    'broadcast batches': two([2, 1, 5, 3], [4, 3, 2], product),
    'left frozen': two([2, 5, 3], [2, 3, 4], product, { wanted: ['y'] }),
    'right frozen': two([2, 5, 3], [3, 4], product, { wanted: ['x'] }),
    'a vector on the left': two([3], [2, 3, 4], product),
    'a vector on the right': two([2, 4, 3], [3], product),
    'two vectors': two([3], [3], product),
    'with itself': one([3, 3], node('MatMul', ['x', 'x'])),
  },
  [`${MICROSOFT}:FusedMatMul`]: {
    plain: two([2, 2, 3], [2, 3, 4], fused(0, 0, 0.5)),
    'b transposed': two([2, 2, 3], [4, 3], fused(0, 1, 1)),
    'a transposed': two([2, 3, 2], [2, 3, 4], fused(1, 0, 2)),
    'both transposed': two([3, 2], [4, 3], fused(1, 1, -1)),
  },
  Gemm: {
    plain: two([2, 3], [3, 4], node('Gemm', ['x', 'y'])),
    'b transposed, with bias': {
      inputs: { x: [2, 3], y: [4, 3], z: [4] },
      build: node('Gemm', ['x', 'y', 'z'], { transB: 1 }),
    },
    'a transposed, scaled': {
      inputs: { x: [3, 2], y: [3, 4], z: [2, 1] },
      build: node('Gemm', ['x', 'y', 'z'], { transA: 1, alpha: float(0.5), beta: float(-2) }),
    },
    'both transposed': two(
      [3, 2],
      [4, 3],
      node('Gemm', ['x', 'y'], { transA: 1, transB: 1, alpha: float(3) }),
    ),
    'weights frozen': two([2, 3], [4, 3], node('Gemm', ['x', 'y'], { transB: 1 }), { wanted: ['x'] }),
  },
  Einsum: {
    'matrix product': two([2, 3], [3, 4], einsum('ij,jk->ik')),
    'without arrow': two([2, 3], [3, 4], einsum('ij, jk')),
    'attention scores': two([2, 3, 2, 4], [2, 5, 2, 4], einsum('bqhd,bkhd->bhqk')),
    'attention values': two([2, 2, 3, 5], [2, 5, 2, 4], einsum('bhqk,bkhd->bqhd')),
    ellipsis: two([2, 5, 3], [2, 3, 4], einsum('...ij,...jk->...ik')),
    'outer product': two([2], [3], einsum('i,j->ij')),
    transpose: one([2, 3], node('Einsum', ['x'], { equation: 'ij->ji' })),
    'one side alone': two([2, 3], [3, 4], einsum('ij,jk->ik'), { wanted: ['y'] }),
  },
};

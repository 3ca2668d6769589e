import type { GraphBuilder } from '../../../src/engine/graph/builder';
import { MICROSOFT } from '../../../src/engine/graph/graph';
import { float, fusedNode, node, one, type RuleCases, two } from './building';

/** The input four times as large: both tails of a function. */
const stretched =
  (op: string, attributes: Parameters<typeof node>[2] = {}, domain = '') =>
  (b: GraphBuilder) => {
    const wide = b.add('Mul', ['x', b.scalar(4)]);
    return node(op, [wide], attributes, domain)(b);
  };

const both = (op: string, attributes: Parameters<typeof node>[2] = {}, domain = '') => ({
  'near zero': one([3, 4], node(op, ['x'], attributes, domain)),
  'far from zero': one([4, 6], stretched(op, attributes, domain)),
});

export const ACTIVATION: RuleCases = {
  Sigmoid: both('Sigmoid'),
  Tanh: both('Tanh'),
  Erf: { 'near zero': one([3, 4], node('Erf', ['x'])) },
  Relu: both('Relu'),
  LeakyRelu: {
    ...both('LeakyRelu'),
    'its own slope': one([3, 4], node('LeakyRelu', ['x'], { alpha: float(0.3) })),
  },
  Elu: { ...both('Elu'), 'its own alpha': one([3, 4], node('Elu', ['x'], { alpha: float(1.7) })) },
  Selu: both('Selu'),
  Softplus: both('Softplus'),
  Softsign: both('Softsign'),
  HardSigmoid: {
    ...both('HardSigmoid'),
    'its own slope': one([4, 6], stretched('HardSigmoid', { alpha: float(0.4), beta: float(0.3) })),
  },
  HardSwish: both('HardSwish'),
  Mish: both('Mish'),
  Gelu: {
    ...both('Gelu'),
    'tanh, near zero': one([3, 4], node('Gelu', ['x'], { approximate: 'tanh' })),
    'tanh, far from zero': one([4, 6], stretched('Gelu', { approximate: 'tanh' })),
  },
  [`${MICROSOFT}:Gelu`]: both('Gelu', {}, MICROSOFT),
  [`${MICROSOFT}:QuickGelu`]: {
    ...both('QuickGelu', {}, MICROSOFT),
    SiLU: one([3, 4], fusedNode('QuickGelu', ['x'], { alpha: float(1) })),
  },
  [`${MICROSOFT}:BiasGelu`]: {
    both: two([2, 3, 4], [4], fusedNode('BiasGelu', ['x', 'y'])),
    'bias frozen': two([2, 3, 4], [4], fusedNode('BiasGelu', ['x', 'y']), { wanted: ['x'] }),
  },
  [`${MICROSOFT}:FastGelu`]: {
    ...both('FastGelu', {}, MICROSOFT),
    'with bias': two([2, 3, 4], [4], fusedNode('FastGelu', ['x', 'y'])),
  },
};

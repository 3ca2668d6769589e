import { bytesConstant, index, node, one, type RuleCases, two } from './building';

/** x and x squared, so that values up to 2 and below 0 come up. */
const fanOut = (op: string) => (b: Parameters<ReturnType<typeof node>>[0]) =>
  b.add(op, ['x', b.add('Mul', ['x', 'x'])]);

export const ELEMENTWISE: RuleCases = {
  Add: {
    same: two([2, 3], [2, 3], node('Add', ['x', 'y'])),
    broadcast: two([4, 2, 3], [2, 1], node('Add', ['x', 'y'])),
    'used twice': one([2, 3], fanOut('Add')),
    'the same value twice': one([2, 3], node('Add', ['x', 'x'])),
    'one side alone': two([2, 3], [3], node('Add', ['x', 'y']), { wanted: ['y'] }),
  },
  Sub: {
    broadcast: two([3], [2, 4, 3], node('Sub', ['x', 'y'])),
    'used twice': one([2, 3], fanOut('Sub')),
  },
  Mul: {
    broadcast: two([2, 3, 1], [3, 4], node('Mul', ['x', 'y'])),
    'the same value twice': one([4], node('Mul', ['x', 'x'])),
  },
  Div: {
    broadcast: two([2, 3], [3], node('Div', ['x', 'y']), { positive: true }),
    'numerator alone': two([2, 3], [3], node('Div', ['x', 'y']), { positive: true, wanted: ['x'] }),
    'denominator alone': two([3], [2, 3], node('Div', ['x', 'y']), { positive: true, wanted: ['y'] }),
  },
  Neg: { plain: one([5], node('Neg', ['x'])) },
  Abs: { plain: one([2, 3], node('Abs', ['x'])) },
  Sqrt: { plain: one([2, 3], node('Sqrt', ['x']), { positive: true }) },
  Reciprocal: { plain: one([2, 3], node('Reciprocal', ['x']), { positive: true }) },
  Pow: {
    square: one([2, 3], (b) => b.add('Pow', ['x', b.scalar(2)])),
    'square, integer exponent': one([2, 3], (b) => b.add('Pow', ['x', index(b, 2)])),
    cube: one([2, 3], (b) => b.add('Pow', ['x', b.scalar(3)])),
    root: one([2, 3], (b) => b.add('Pow', ['x', b.scalar(0.5)]), { positive: true }),
    'inverse root': one([2, 3], (b) => b.add('Pow', ['x', b.scalar(-0.5)]), { positive: true }),
    general: two([2, 3], [3], node('Pow', ['x', 'y']), { positive: true }),
    'base alone': two([3], [2, 3], node('Pow', ['x', 'y']), { positive: true, wanted: ['x'] }),
    'exponent alone': two([2, 3], [1], node('Pow', ['x', 'y']), { positive: true, wanted: ['y'] }),
  },
  Exp: { plain: one([2, 3], node('Exp', ['x'])) },
  Log: { plain: one([2, 3], node('Log', ['x']), { positive: true }) },
  Sin: { plain: one([2, 3], node('Sin', ['x'])) },
  Cos: { plain: one([2, 3], node('Cos', ['x'])) },
  Atan: { plain: one([2, 3], node('Atan', ['x'])) },
  Sum: {
    three: {
      inputs: { x: [2, 3], y: [3], z: [2, 1] },
      build: node('Sum', ['x', 'y', 'z']),
    },
  },
  Mean: {
    three: {
      inputs: { x: [2, 3], y: [3], z: [2, 1] },
      build: node('Mean', ['x', 'y', 'z']),
    },
  },
  Max: {
    two: two([4, 3], [3], node('Max', ['x', 'y'])),
    'a constant': one([4, 3], (b) => b.add('Max', ['x', b.scalar(0.1)])),
  },
  Min: {
    two: two([3], [4, 3], node('Min', ['x', 'y'])),
    three: { inputs: { x: [3, 4], y: [4], z: [3, 1] }, build: node('Min', ['x', 'y', 'z']) },
  },
  Clip: {
    both: one([3, 4], (b) => b.add('Clip', ['x', b.scalar(-0.3), b.scalar(0.4)])),
    'lower alone': one([3, 4], (b) => b.add('Clip', ['x', b.scalar(0)])),
    'upper alone': one([3, 4], (b) => b.add('Clip', ['x', '', b.scalar(0)])),
  },
  Where: {
    'both sides': two([2, 3], [3], (b) =>
      b.add('Where', [bytesConstant(b, 'bool', [1, 0, 0, 1, 1, 0], [2, 3]), 'x', 'y']),
    ),
    'a condition that broadcasts': two([2, 3], [1, 3], (b) =>
      b.add('Where', [bytesConstant(b, 'bool', [1, 0], [2, 1]), 'x', 'y']),
    ),
    'against a constant': one([2, 3], (b) =>
      b.add('Where', [bytesConstant(b, 'bool', [1, 0, 1], [3]), b.scalar(-5), 'x']),
    ),
    'a condition made of the values': two([2, 3], [3], (b) =>
      b.add('Where', [b.add('Greater', ['x', b.scalar(0)]), 'x', 'y']),
    ),
  },
  Identity: { plain: one([2, 3], node('Identity', ['x'])) },
  Dropout: {
    plain: one([2, 3], (b) => b.addMany('Dropout', ['x', b.scalar(0.5)], { outputs: 1 })),
    'told not to train': one([2, 3], (b) =>
      b
        .addMany('Dropout', ['x', b.scalar(0.5), bytesConstant(b, 'bool', [0], [])], { outputs: 2 })
        .slice(0, 1),
    ),
  },
  Cast: {
    'there and back': one([2, 3], (b) =>
      b.add('Cast', [b.add('Cast', ['x'], { attributes: { to: 11 } })], { attributes: { to: 1 } }),
    ),
    'to the same type': one([2, 3], node('Cast', ['x'], { to: 1 })),
  },
};

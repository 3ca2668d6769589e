import type { GraphBuilder } from '../../../src/engine/graph/builder';
import { floatsInitializer } from '../../../src/engine/graph/constants';
import { MICROSOFT } from '../../../src/engine/graph/graph';
import { Random } from '../../../src/engine/random';
import type { RuleCase } from '../numericCheck';
import { bytesConstant, floatsConstant, node, one, type RuleCases, two } from './building';

const ints = (count: number, below: number, seed = 5) => {
  const random = Random.seeded(seed);
  return Array.from({ length: count }, () => Math.floor(random.next() * below));
};

const COLUMNS = 4;
const SCALES = [0.1, 0.02, 0.05, 0.03];
const ZERO_POINTS = [100, 128, 140, 90];

/** Weights [3, 4] of 8 bits with a scale and a zero point for each column, and the floats that they stand for. */
function weights(b: GraphBuilder, columns = COLUMNS) {
  const values = ints(3 * columns, 256);
  const zeroPoints = columns === 1 ? ZERO_POINTS.slice(0, 1) : ZERO_POINTS;
  return {
    bytes: bytesConstant(b, 'uint8', values, [3, columns]),
    scales: floatsConstant(b, SCALES.slice(0, columns), [columns]),
    zeroPoints: bytesConstant(b, 'uint8', zeroPoints, [columns]),
    floats: values.map((value, i) => (value - zeroPoints[i % columns]!) * SCALES[i % columns]!),
  };
}

const floatProduct = (b: GraphBuilder) =>
  b.add('MatMul', ['x', floatsConstant(b, weights(b).floats, [3, COLUMNS])]);

/** Quantised and back, in steps of 0.01. */
const rounded = (b: GraphBuilder, value: string) => {
  const inputs = [b.scalar(0.01), bytesConstant(b, 'uint8', [128], [])];
  return b.add('DequantizeLinear', [b.add('QuantizeLinear', [value, ...inputs]), ...inputs]);
};

/** A product of integers, as exporters write a dynamically quantised one. */
function integerProduct(b: GraphBuilder): string {
  const { bytes, scales, zeroPoints } = weights(b);
  const [quantised, scale, zeroPoint] = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
  const whole = b.add('MatMulInteger', [quantised!, bytes, zeroPoint!, zeroPoints]);
  return b.add('Mul', [b.add('Cast', [whole], { attributes: { to: 1 } }), b.add('Mul', [scale!, scales])]);
}

/** Both sides quantised as the graph runs, as in attention. */
function bothQuantised(b: GraphBuilder): string {
  const [x, xScale, xZero] = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
  const [y, yScale, yZero] = b.addMany('DynamicQuantizeLinear', ['y'], { outputs: 3 });
  const turned = b.add('Transpose', [y!], { attributes: { perm: { kind: 'ints', value: [0, 2, 1] } } });
  const whole = b.add('MatMulInteger', [x!, turned, xZero!, yZero!]);
  return b.add('Mul', [b.add('Cast', [whole], { attributes: { to: 1 } }), b.add('Mul', [xScale!, yScale!])]);
}

/** The same with one side rounded only; the other is what is differentiated. */
const oneRounded = (side: 'x' | 'y') => (b: GraphBuilder) => {
  const [value, scale, zeroPoint] = b.addMany('DynamicQuantizeLinear', [side], { outputs: 3 });
  const float = b.add('DequantizeLinear', [value!, scale!, zeroPoint!]);
  return b.add('FusedMatMul', [side === 'x' ? float : 'x', side === 'y' ? float : 'y'], {
    domain: MICROSOFT,
    attributes: { transB: 1 },
  });
};

interface Blocks {
  K: number;
  N: number;
  block: number;
  bits?: 4 | 8;
  zeroPoints?: boolean;
  bias?: boolean;
  level?: number;
}

/**
 * Weights [N, K] in blocks along K as MatMulNBits packs them: low half of a byte first, each row's zero points
 * to a byte.
 */
function blockWeights({ K, N, block, bits = 4, zeroPoints = false }: Blocks) {
  const blocks = Math.ceil(K / block);
  const perByte = 8 / bits;
  const pack = (values: number[]) =>
    Array.from({ length: Math.ceil(values.length / perByte) }, (_, i) =>
      Array.from({ length: perByte }, (_, j) => (values[perByte * i + j] ?? 0) << (bits * j)).reduce(
        (a, c) => a | c,
      ),
    );
  const scales = ints(N * blocks, 90).map((value) => (value + 10) / 1000);
  const rows = Array.from({ length: N }, (_, row) => ints(blocks * block, 2 ** bits, row + 1));
  const zeros = Array.from({ length: N }, (_, row) =>
    zeroPoints ? ints(blocks, 2 ** bits, row + 50) : Array.from({ length: blocks }, () => 2 ** (bits - 1)),
  );
  const float = (row: number, k: number) => {
    const at = Math.floor(k / block);
    return (rows[row]![k]! - zeros[row]![at]!) * scales[row * blocks + at]!;
  };
  return {
    bytes: rows.flatMap(pack),
    scales,
    zeroPoints: zeros.flatMap(pack),
    floats: Array.from({ length: N * K }, (_, i) => float(Math.floor(i / K), i % K)),
    shape: [N, blocks, (block * bits) / 8],
  };
}

function blockCase(rows: number[], blocks: Blocks): RuleCase {
  const { K, N, block, bits = 4, level = 0 } = blocks;
  const packed = blockWeights(blocks);
  return {
    inputs: { x: [...rows, K], ...(blocks.bias ? { bias: [N] } : {}) },
    build: (b) => {
      const inputs = [
        'x',
        bytesConstant(b, 'uint8', packed.bytes, packed.shape),
        floatsConstant(b, packed.scales, [packed.scales.length]),
        blocks.zeroPoints ? bytesConstant(b, 'uint8', packed.zeroPoints, [packed.zeroPoints.length]) : '',
        ...(blocks.bias ? ['', 'bias'] : []),
      ];
      const attributes = { K, N, bits, block_size: block, accuracy_level: level };
      return b.add('MatMulNBits', inputs, { domain: MICROSOFT, attributes });
    },
    standsFor: (b) => {
      const matrix = b.initializer('floats', floatsInitializer(packed.floats, [N, K]));
      const product = b.add('FusedMatMul', ['x', matrix], { domain: MICROSOFT, attributes: { transB: 1 } });
      return blocks.bias ? b.add('Add', [product, 'bias']) : product;
    },
  };
}

const dynamicProduct =
  (inputs: (w: ReturnType<typeof weights>) => string[], columns = COLUMNS) =>
  (b: GraphBuilder) =>
    b.add('DynamicQuantizeMatMul', ['x', ...inputs(weights(b, columns))], { domain: MICROSOFT });

export const QUANTISED: RuleCases = {
  QuantizeLinear: {
    'and back': one([2, 3], (b) => b.add('Mul', [rounded(b, 'x'), b.scalar(3)]), {
      standsFor: (b) => b.add('Mul', ['x', b.scalar(3)]),
    }),
    'reshaped between': one(
      [2, 3],
      (b) => {
        const inputs = [b.scalar(0.01), bytesConstant(b, 'uint8', [128], [])];
        const flat = b.add('Reshape', [b.add('QuantizeLinear', ['x', ...inputs]), b.ints([3, 2])]);
        const turned = b.add('Transpose', [flat]);
        return b.add('DequantizeLinear', [turned, ...inputs]);
      },
      { standsFor: (b) => b.add('Transpose', [b.add('Reshape', ['x', b.ints([3, 2])])]) },
    ),
  },
  DequantizeLinear: {
    'of weights and values': one(
      [2, 3],
      (b) => {
        const { bytes, scales, zeroPoints } = weights(b);
        const matrix = b.add('DequantizeLinear', [bytes, scales, zeroPoints], { attributes: { axis: 1 } });
        return rounded(b, b.add('MatMul', [rounded(b, 'x'), matrix]));
      },
      { standsFor: floatProduct },
    ),
  },
  DynamicQuantizeLinear: {
    'and back': one(
      [2, 3],
      (b) => {
        const parts = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
        return b.add('DequantizeLinear', parts);
      },
      { standsFor: node('Identity', ['x']) },
    ),
  },
  MatMulInteger: {
    'frozen weights': one([2, 3], integerProduct, { standsFor: floatProduct }),
    'a batch': one([2, 2, 3], integerProduct, { standsFor: floatProduct }),
    'no zero point of the weights': one(
      [2, 3],
      (b) => {
        const [value, scale, zeroPoint] = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
        const whole = b.add('MatMulInteger', [value!, weights(b).bytes, zeroPoint!]);
        return b.add('Mul', [b.add('Cast', [whole], { attributes: { to: 1 } }), scale!]);
      },
      {
        standsFor: (b) =>
          b.add('MatMul', ['x', b.add('Cast', [weights(b).bytes], { attributes: { to: 1 } })]),
      },
    ),
    'both sides, the left': two([2, 2, 3], [2, 4, 3], bothQuantised, {
      wanted: ['x'],
      standsFor: oneRounded('y'),
    }),
    'both sides, the right': two([2, 2, 3], [2, 4, 3], bothQuantised, {
      wanted: ['y'],
      standsFor: oneRounded('x'),
    }),
  },
  [`${MICROSOFT}:DynamicQuantizeMatMul`]: {
    'a scale a column': one(
      [2, 2, 3],
      dynamicProduct((w) => [w.bytes, w.scales, w.zeroPoints]),
      {
        standsFor: floatProduct,
      },
    ),
    'with bias': {
      inputs: { x: [2, 3], bias: [COLUMNS] },
      build: dynamicProduct((w) => [w.bytes, w.scales, w.zeroPoints, 'bias']),
      standsFor: (b) => b.add('Add', [floatProduct(b), 'bias']),
    },
    'one scale': one(
      [2, 3],
      dynamicProduct((w) => [w.bytes, w.scales, w.zeroPoints], 1),
      {
        standsFor: (b) => b.add('MatMul', ['x', floatsConstant(b, weights(b, 1).floats, [3, 1])]),
      },
    ),
  },
  [`${MICROSOFT}:MatMulIntegerToFloat`]: {
    'a scale a column, with bias': {
      inputs: { x: [2, 2, 3], bias: [COLUMNS] },
      build: (b) => {
        const { bytes, scales, zeroPoints } = weights(b);
        const [value, scale, zeroPoint] = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
        const inputs = [value!, bytes, scale!, scales, zeroPoint!, zeroPoints, 'bias'];
        return b.add('MatMulIntegerToFloat', inputs, { domain: MICROSOFT });
      },
      standsFor: (b) => b.add('Add', [floatProduct(b), 'bias']),
    },
    'a scale a column, no zero points': one(
      [2, 3],
      (b) => {
        const [value, scale, zeroPoint] = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
        const { bytes, scales } = weights(b);
        return b.add('MatMulIntegerToFloat', [value!, bytes, scale!, scales, zeroPoint!], {
          domain: MICROSOFT,
        });
      },
      {
        standsFor: (b) => {
          const { bytes, scales } = weights(b);
          const matrix = b.add('DequantizeLinear', [bytes, scales], { attributes: { axis: 1 } });
          return b.add('MatMul', ['x', matrix]);
        },
      },
    ),
    'a scale a column, one zero point': one(
      [2, 3],
      (b) => {
        const [value, scale, zeroPoint] = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
        const { bytes, scales } = weights(b);
        const middle = bytesConstant(b, 'uint8', [128], []);
        return b.add('MatMulIntegerToFloat', [value!, bytes, scale!, scales, zeroPoint!, middle], {
          domain: MICROSOFT,
        });
      },
      {
        standsFor: (b) => {
          const { bytes, scales } = weights(b);
          const middle = bytesConstant(b, 'uint8', [128, 128, 128, 128], [4]);
          const matrix = b.add('DequantizeLinear', [bytes, scales, middle], { attributes: { axis: 1 } });
          return b.add('MatMul', ['x', matrix]);
        },
      },
    ),
  },
  [`${MICROSOFT}:MatMulNBits`]: {
    plain: blockCase([3], { K: 32, N: 6, block: 16 }),
    'a batch, zero points': blockCase([2, 3], { K: 64, N: 5, block: 32, zeroPoints: true }),
    'an odd number of blocks, zero points': blockCase([2, 3], { K: 48, N: 5, block: 16, zeroPoints: true }),
    'a last block that is not full': blockCase([3], { K: 40, N: 6, block: 16 }),
    'with bias': blockCase([2, 3], { K: 32, N: 6, block: 16, bias: true }),
    'eight bits': blockCase([3], { K: 32, N: 6, block: 16, bits: 8, zeroPoints: true }),
    'integer arithmetic': blockCase([3], { K: 32, N: 6, block: 32, level: 4 }),
  },
};

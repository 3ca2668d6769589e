import { l10n } from '../../../protocol/l10n';
import { intsInitializer } from '../../graph/constants';
import { intAttribute, MICROSOFT } from '../../graph/graph';
import { type Rule, type RuleContext, refuse } from '../rule';
import { reduced } from './elementwise';

/**
 * Weights [N, K], each row in blocks of `block` numbers of 4 or 8 bits with a scale, and maybe a zero point, of
 * their own.
 */
interface BlockWeights {
  N: number;
  K: number;
  block: number;
  bits: number;
  /** Blocks of a row; the last one may be filled up. */
  blocks: number;
  packed: string;
  scales: string;
  zeroPoints?: string;
}

/** y = x Wᵀ + b: dx = dy W, with W in float32 made from the same bytes each time, as it is too large to keep. */
export const matMulNBits: Rule = (c) => {
  const weights = readWeights(c);
  const { K, block, blocks } = weights;
  const dy = c.gradient()!;
  const dx = () => {
    const whole = c.build.add('MatMul', [dy, dequantised(c, weights)]);
    if (blocks * block === K) return whole;
    return c.build.add('Slice', [whole, c.build.ints([0]), c.build.ints([K]), c.build.ints([-1])], {
      types: [c.graph.typeOf(c.input(0))],
    });
  };
  const gradients = [c.wants(0) ? dx() : undefined];
  if (c.has(5)) gradients[5] = reduced(c, 5, () => dy);
  return gradients;
};

function readWeights(c: RuleContext): BlockWeights {
  const { node } = c;
  const [N, K] = [intAttribute(node, 'N', 0), intAttribute(node, 'K', 0)];
  const bits = intAttribute(node, 'bits', 4);
  const block = intAttribute(node, 'block_size', 0);
  if (bits !== 4 && bits !== 8) refuse(c, l10n`of ${bits} bits`);
  if (c.has(4)) refuse(c, l10n`with g_idx`);
  if (c.has(3) && c.graph.typeOf(c.input(3)).type !== 'uint8')
    refuse(c, l10n`with zero points that are floats`);
  const rest = { packed: c.input(1), scales: c.input(2), zeroPoints: c.has(3) ? c.input(3) : undefined };
  return { N, K, block, bits, blocks: Math.ceil(K / block), ...rest };
}

/** W as float32, [N, blocks · block]. */
function dequantised(c: RuleContext, weights: BlockWeights): string {
  const { N, block, bits, blocks } = weights;
  // A row's zero points start at a whole byte, which a tensor of 4-bit numbers cannot say if they are odd in number.
  const plain = bits === 8 || blocks % 2 === 0 || !weights.zeroPoints;
  const types = [{ type: 'float32' as const, shape: [N, blocks * block] }];
  const scales = shaped(c, weights.scales, [N, blocks]);
  if (plain) {
    const attributes = { axis: 1, block_size: block };
    const inputs = [numbers(c, weights, weights.packed, [N, blocks * block]), scales, zeroPoints(c, weights)];
    return c.build.add('DequantizeLinear', inputs, { attributes, types });
  }
  const bytes = (count: number) => Math.ceil((count * bits) / 8);
  const packed = shaped(c, weights.packed, [N, bytes(blocks * block)]);
  const zeros = shaped(c, weights.zeroPoints!, [N, bytes(blocks)]);
  return c.build.add('GatherBlockQuantized', [packed, everyRow(c, N), scales, zeros], {
    domain: MICROSOFT,
    attributes: { gather_axis: 0, quantize_axis: 1, block_size: block, bits },
    types,
  });
}

function shaped(c: RuleContext, value: string, shape: readonly number[]): string {
  const { type, shape: from } = c.graph.typeOf(value);
  if (`${from}` === `${shape}`) return value;
  return c.build.add('Reshape', [value, c.build.ints(shape)], { types: [{ type, shape }] });
}

/** Packed bytes as a tensor of the numbers in them: the same data under another type. */
function numbers(c: RuleContext, { bits }: BlockWeights, value: string, shape: readonly number[]): string {
  const known = c.graph.initializers.get(value);
  if (!known) return refuse(c, l10n`of weights that are computed`);
  const type = bits === 4 ? 'uint4' : 'uint8';
  return c.once(`numbers of ${value}`, () =>
    c.build.initializer(`${value} (numbers)`, { type, shape, data: known.data }),
  );
}

/** Without zero points, the middle of the range stands for zero. */
function zeroPoints(c: RuleContext, weights: BlockWeights): string {
  const { N, blocks, bits } = weights;
  if (weights.zeroPoints) return numbers(c, weights, weights.zeroPoints, [N, blocks]);
  const bytes = new Uint8Array(Math.ceil((N * blocks * bits) / 8)).fill(bits === 4 ? 0x88 : 0x80);
  return c.once(`middle of ${bits} bits, ${N} x ${blocks}`, () =>
    c.build.initializer(`middle_${bits}_${N}_${blocks}`, {
      type: bits === 4 ? 'uint4' : 'uint8',
      shape: [N, blocks],
      data: { kind: 'inline', bytes },
    }),
  );
}

/**
 * The numbers 0 to count - 1. They are made to depend on a size that is known only at run time: else onnxruntime
 * would compute the dequantised weights when it loads the graph, and hold them all in memory.
 */
function everyRow(c: RuleContext, count: number): string {
  const { build } = c;
  const dy = c.gradient()!;
  const long = (shape: number[]) => ({ types: [{ type: 'int64' as const, shape }] });
  return c.once(`every row of ${count}`, () => {
    const rows = Array.from({ length: count }, (_, row) => row);
    const places = build.initializer(`rows_of_${count}`, intsInitializer(rows));
    const size = build.add('Size', [dy], long([]));
    return build.add('Add', [places, build.add('Mul', [size, build.ints([0])], long([1]))], long([count]));
  });
}

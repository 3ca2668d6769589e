import { l10n } from '../../../protocol/l10n';
import { floatAttribute, intAttribute, intsAttribute, MICROSOFT } from '../graph';
import { afterPast, attend, byHead } from './attentionCore';
import { type Expansion, type ExpansionContext, refuse, required } from './expansion';

/** Inputs of onnxruntime's Attention, by place. Its mask (3) gives way to ours. */
const INPUT = { input: 0, weights: 1, bias: 2, past: 4, scoreBias: 5, pastLength: 6 };

/** Inputs of its quantised form; its mask is 5. */
const QUANTISED = {
  input: 0,
  weights: 1,
  bias: 2,
  scale: 3,
  weightsScale: 4,
  zeroPoint: 6,
  weightsZeroPoint: 7,
  past: 8,
};

/** onnxruntime's Attention: projections by one packed matrix, [hidden, queries + keys + values], then attention. */
export const packedAttention: Expansion = (c) => {
  if (c.input(INPUT.pastLength)) refuse(c, l10n`with a cache that is shared in place`);
  const product = c.build.add('MatMul', [required(c, INPUT.input), required(c, INPUT.weights)]);
  const bias = c.input(INPUT.bias);
  const projected = bias ? c.build.add('Add', [product, bias]) : product;
  return attention(c, projected, { past: c.input(INPUT.past), bias: c.input(INPUT.scoreBias) });
};

/** QAttention: the same with a quantised input and quantised weights. */
export const quantisedAttention: Expansion = (c) => {
  const { input, weights, bias, scale, weightsScale, zeroPoint, weightsZeroPoint, past } = QUANTISED;
  const inputs = [input, weights, scale, weightsScale].map((index) => required(c, index));
  const zeroPoints = [zeroPoint, weightsZeroPoint].map((index) => c.input(index) ?? '');
  const projected = c.build.add('MatMulIntegerToFloat', [...inputs, ...zeroPoints, required(c, bias)], {
    domain: MICROSOFT,
  });
  return attention(c, projected, { past: c.input(past) });
};

/** Attention over queries, keys and values side by side: [rows, length, all widths]. */
function attention(
  c: ExpansionContext,
  projected: string,
  { past, bias }: { past?: string; bias?: string },
): (string | undefined)[] {
  const { build, node, graph } = c;
  if (intAttribute(node, 'do_rotary', 0) === 1) refuse(c, l10n`with rotary positions`);
  const heads = intAttribute(node, 'num_heads', 1);
  const third = Number(graph.shapeOf(projected)[2]) / 3;
  const widths = intsAttribute(node, 'qkv_hidden_sizes') ?? [third, third, third];
  const [headSize, valueSize] = [widths[0]! / heads, widths[2]! / heads];
  const [queries, keys, values] = build.addMany('Split', [projected, build.ints(widths)], {
    attributes: { axis: -1 },
    outputs: 3,
  }) as [string, string, string];
  const before = past ? separatePast(c, past) : undefined;
  const placed = {
    queries: byHead(c, queries, heads, headSize),
    keys: afterPast(c, before?.keys, byHead(c, keys, heads, headSize)),
    values: afterPast(c, before?.values, byHead(c, values, heads, valueSize)),
  };
  const output = attend(c, placed, {
    heads,
    keyValueHeads: heads,
    headSize,
    valueSize,
    scale: floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(headSize),
    need: { causal: intAttribute(node, 'unidirectional', 0) === 1 },
    bias,
  });
  if (!c.makes(1)) return [output];
  const first = (value: string) => build.add('Unsqueeze', [value, build.ints([0])]);
  const present = build.add('Concat', [first(placed.keys), first(placed.values)], {
    attributes: { axis: 0 },
  });
  return [output, present];
}

/** Keys and values lie behind each other along the first axis: [2, rows, heads, past, size]. */
function separatePast({ build }: ExpansionContext, past: string): { keys: string; values: string } {
  const [keys, values] = build
    .addMany('Split', [past, build.ints([1, 1])], { attributes: { axis: 0 }, outputs: 2 })
    .map((part) => build.add('Squeeze', [part, build.ints([0])])) as [string, string];
  return { keys, values };
}

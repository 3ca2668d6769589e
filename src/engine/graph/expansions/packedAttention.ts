import { floatAttribute, intAttribute, intsAttribute } from '../graph';
import { afterPast, attend, byHead } from './attentionCore';
import { type Expansion, type ExpansionContext, refuse, required } from './expansion';

/** Inputs of onnxruntime's Attention, by place. Its mask (3) gives way to ours. */
const INPUT = { input: 0, weights: 1, bias: 2, past: 4, scoreBias: 5, pastLength: 6 };

/** onnxruntime's Attention: projections by one packed matrix, [hidden, queries + keys + values], then attention. */
export const packedAttention: Expansion = (c) => {
  const { build, node, graph } = c;
  if (intAttribute(node, 'do_rotary', 0) === 1) refuse(c, 'with rotary positions');
  if (c.input(INPUT.pastLength)) refuse(c, 'with a cache that is shared in place');
  const heads = intAttribute(node, 'num_heads', 1);
  const packed = Number(graph.shapeOf(required(c, INPUT.weights))[1]);
  const widths = intsAttribute(node, 'qkv_hidden_sizes') ?? [packed / 3, packed / 3, packed / 3];
  const [headSize, valueSize] = [widths[0]! / heads, widths[2]! / heads];

  const product = build.add('MatMul', [required(c, INPUT.input), required(c, INPUT.weights)]);
  const bias = c.input(INPUT.bias);
  const all = bias ? build.add('Add', [product, bias]) : product;
  const [queries, keys, values] = build.addMany('Split', [all, build.ints(widths)], {
    attributes: { axis: -1 },
    outputs: 3,
  }) as [string, string, string];
  const past = pastOf(c);
  const placed = {
    queries: byHead(c, queries, heads, headSize),
    keys: afterPast(c, past?.keys, byHead(c, keys, heads, headSize)),
    values: afterPast(c, past?.values, byHead(c, values, heads, valueSize)),
  };
  const output = attend(c, placed, {
    heads,
    keyValueHeads: heads,
    headSize,
    valueSize,
    scale: floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(headSize),
    need: { causal: intAttribute(node, 'unidirectional', 0) === 1 },
    bias: c.input(INPUT.scoreBias),
  });
  if (!c.makes(1)) return [output];
  const first = (value: string) => build.add('Unsqueeze', [value, build.ints([0])]);
  const present = build.add('Concat', [first(placed.keys), first(placed.values)], {
    attributes: { axis: 0 },
  });
  return [output, present];
};

/** Keys and values lie behind each other along the first axis: [2, rows, heads, past, size]. */
function pastOf({ build, input }: ExpansionContext): { keys: string; values: string } | undefined {
  const past = input(INPUT.past);
  if (!past) return undefined;
  const [keys, values] = build
    .addMany('Split', [past, build.ints([1, 1])], { attributes: { axis: 0 }, outputs: 2 })
    .map((part) => build.add('Squeeze', [part, build.ints([0])])) as [string, string];
  return { keys, values };
}

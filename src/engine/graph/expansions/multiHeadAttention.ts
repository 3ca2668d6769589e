import { l10n } from '../../../protocol/l10n';
import { floatAttribute, intAttribute } from '../graph';
import { afterPast, attend, byHead } from './attentionCore';
import { type Expansion, type ExpansionContext, refuse, required } from './expansion';

/** Inputs of onnxruntime's MultiHeadAttention, by place. The key padding mask (4) gives way to ours. */
const INPUT = {
  query: 0,
  key: 1,
  value: 2,
  bias: 3,
  scoreBias: 5,
  pastKeys: 6,
  pastValues: 7,
  pastLength: 8,
};

export const multiHeadAttention: Expansion = (c) => {
  const { node } = c;
  const heads = intAttribute(node, 'num_heads', 1);
  const { queries, keys, values, width, valueWidth, ready } = separate(c, heads);
  const [headSize, valueSize] = [width / heads, valueWidth / heads];
  const placed = {
    queries: byHead(c, queries, heads, headSize),
    keys: afterPast(c, c.input(INPUT.pastKeys), ready ? keys : byHead(c, keys, heads, headSize)),
    values: afterPast(c, c.input(INPUT.pastValues), ready ? values : byHead(c, values, heads, valueSize)),
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
  return [output, placed.keys, placed.values];
};

/**
 * Queries, keys and values with their biases. `ready`: keys and values come by head, as cross attention keeps
 * them.
 */
function separate(c: ExpansionContext, heads: number) {
  const { build, graph } = c;
  const query = required(c, INPUT.query);
  const [key, value] = [c.input(INPUT.key), c.input(INPUT.value)];
  if (!key || !value || graph.shapeOf(query).length !== 3)
    refuse(c, l10n`with packed queries, keys and values`);
  if (c.input(INPUT.pastLength)) refuse(c, l10n`with a cache that is shared in place`);
  if (c.makes(3)) refuse(c, l10n`with its scores as an output`);
  const ready = graph.shapeOf(key!).length === 4;
  const width = Number(graph.shapeOf(query)[2]);
  const last = Number(graph.shapeOf(value!).at(-1));
  const valueWidth = ready ? last * heads : last;
  const bias = c.input(INPUT.bias);
  if (!bias) return { queries: query, keys: key!, values: value!, width, valueWidth, ready };
  const [ofQueries, ofKeys, ofValues] = build.addMany(
    'Split',
    [bias, build.ints([width, width, valueWidth])],
    { attributes: { axis: 0 }, outputs: 3 },
  ) as [string, string, string];
  return {
    queries: build.add('Add', [query, ofQueries]),
    keys: ready ? key! : build.add('Add', [key!, ofKeys]),
    values: ready ? value! : build.add('Add', [value!, ofValues]),
    width,
    valueWidth,
    ready,
  };
}

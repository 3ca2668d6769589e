import { l10n } from '../../../protocol/l10n';
import { type Attribute, floatAttribute, intAttribute, MICROSOFT, stringAttribute } from '../graph';
import { afterPast, attend, byHead } from './attentionCore';
import { type Expansion, type ExpansionContext, refuse, required } from './expansion';

/** Inputs of onnxruntime's GroupQueryAttention, by place. Its lengths (5, 6) and positions (9) give way to ours. */
const INPUT = {
  query: 0,
  key: 1,
  value: 2,
  pastKeys: 3,
  pastValues: 4,
  cosines: 7,
  sines: 8,
  bias: 10,
  sink: 11,
};

/** Inputs after the sink belong to forms that are not supported: quantised caches, norms of queries and keys. */
const FIRST_OTHER = 12;

export const groupQueryAttention: Expansion = (c) => {
  const { node } = c;
  checkForm(c);
  const heads = intAttribute(node, 'num_heads', 1);
  const keyValueHeads = intAttribute(node, 'kv_num_heads', heads);
  const [queries, keys, values] = separate(c, heads, keyValueHeads);
  const headSize = Number(c.graph.shapeOf(queries).at(-1)) / heads;

  const rotates = intAttribute(node, 'do_rotary', 0) === 1;
  const turned = (value: string, count: number) => (rotates ? rotated(c, value, count, headSize) : value);
  const placed = {
    queries: byHead(c, turned(queries, heads), heads, headSize),
    keys: afterPast(
      c,
      c.input(INPUT.pastKeys),
      byHead(c, turned(keys, keyValueHeads), keyValueHeads, headSize),
    ),
    values: afterPast(c, c.input(INPUT.pastValues), byHead(c, values, keyValueHeads, headSize)),
  };
  // A cache that holds the window alone (sliding_window_cache) is the operator's own business: ours holds everything.
  const window = intAttribute(node, 'local_window_size', -1);
  const output = attend(c, placed, {
    heads,
    keyValueHeads,
    headSize,
    valueSize: headSize,
    // 0 stands for the usual scale.
    scale: floatAttribute(node, 'scale', 0) || 1 / Math.sqrt(headSize),
    softcap: floatAttribute(node, 'softcap', 0),
    need: { causal: intAttribute(node, 'causal', 1) === 1, ...(window > 0 ? { window } : {}) },
    bias: c.input(INPUT.bias),
  });
  return [output, placed.keys, placed.values];
};

/** Queries, keys and values, which may come side by side in one value. */
function separate(c: ExpansionContext, heads: number, keyValueHeads: number): [string, string, string] {
  const query = required(c, INPUT.query);
  const key = c.input(INPUT.key);
  if (key) return [query, key, required(c, INPUT.value)];
  const size = Number(c.graph.shapeOf(query).at(-1)) / (heads + 2 * keyValueHeads);
  const widths = [heads * size, keyValueHeads * size, keyValueHeads * size];
  return c.build.addMany('Split', [query, c.build.ints(widths)], {
    attributes: { axis: -1 },
    outputs: 3,
  }) as [string, string, string];
}

/** Rotary positions of some heads, [rows, length, heads · size]; the tables may cover a part of each head only. */
function rotated(c: ExpansionContext, value: string, heads: number, headSize: number): string {
  const [cosines, sines] = [required(c, INPUT.cosines), required(c, INPUT.sines)];
  const turning = 2 * Number(c.graph.shapeOf(cosines)[1]);
  const attributes: Record<string, Attribute | number> = {
    interleaved: intAttribute(c.node, 'rotary_interleaved', 0),
    ...(turning < headSize ? { num_heads: heads, rotary_embedding_dim: turning } : {}),
  };
  const inputs = [value, c.ports.positions(c.node), cosines, sines];
  return c.build.add('RotaryEmbedding', inputs, { domain: MICROSOFT, attributes });
}

function checkForm(c: ExpansionContext): void {
  const { node } = c;
  if (intAttribute(node, 'smooth_softmax', -1) === 1 || c.input(INPUT.sink))
    refuse(c, l10n`with a smooth softmax`);
  const quantised = ['k_quant_type', 'v_quant_type'].some(
    (name) => stringAttribute(node, name, 'NONE') !== 'NONE',
  );
  if (quantised) refuse(c, l10n`with a quantised cache`);
  if (node.inputs.slice(FIRST_OTHER).some(Boolean)) refuse(c, l10n`with norms of queries and keys`);
  if (c.makes(3)) refuse(c, l10n`with its scores as an output`);
}

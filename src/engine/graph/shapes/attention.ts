import { addDims } from '../dims';
import { type Dim, type Graph, intAttribute, intsAttribute, MICROSOFT, type Node } from '../graph';
import { type Inference, type InferenceTable, inputType, same } from './inference';

/** Keys or values with what stands before them: [rows, heads, past + length, head size]. */
function present(
  node: Node,
  graph: Graph,
  of: { past: number; rows: Dim; heads: number; length: Dim; size: Dim },
) {
  const past = node.inputs[of.past];
  const length = past ? addDims(of.length, graph.shapeOf(past)[2]!) : of.length;
  return { type: inputType(node, graph, 0).type, shape: [of.rows, of.heads, length, of.size] };
}

const groupQueryAttention: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const [rows, length, width] = shape as [Dim, Dim, number];
  const heads = intAttribute(node, 'num_heads', 1);
  const keyHeads = intAttribute(node, 'kv_num_heads', 1);
  // Without keys of their own, queries, keys and values stand side by side.
  const size = width / (node.inputs[1] ? heads : heads + 2 * keyHeads);
  const cache = { rows, heads: keyHeads, length, size };
  return [
    { type, shape: [rows, length, heads * size] },
    present(node, graph, { ...cache, past: 3 }),
    present(node, graph, { ...cache, past: 4 }),
  ];
};

const multiHeadAttention: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const [rows, length] = shape as [Dim, Dim];
  const heads = intAttribute(node, 'num_heads', 1);
  const ofInput = (index: number) => (node.inputs[index] ? inputType(node, graph, index).shape : undefined);
  const [key, value] = [ofInput(1), ofInput(2)];
  // Five axes: packed [rows, length, heads, parts, size]. Four: keys or values that are by head already.
  const sizeOf = (packed: typeof key) =>
    !packed ? Number(shape.at(-1)) : packed.length === 3 ? Number(packed[2]) / heads : Number(packed.at(-1));
  const keyLength = !key ? length : key.length === 4 ? key[2]! : key[1]!;
  const valueSize = sizeOf(value ?? key);
  const cache = { rows, heads, length: keyLength };
  return [
    { type, shape: [rows, length, heads * valueSize] },
    present(node, graph, { ...cache, size: sizeOf(key), past: 6 }),
    present(node, graph, { ...cache, size: valueSize, past: 7 }),
  ];
};

/** Attention by packed weights; the past's place differs with the quantised form. */
const attention =
  (pastAt: number): Inference =>
  (node, graph) => {
    const { shape } = inputType(node, graph, 0);
    const type = 'float32' as const;
    const [rows, length] = shape as [Dim, Dim];
    const heads = intAttribute(node, 'num_heads', 1);
    const packed = Number(inputType(node, graph, 1).shape[1]);
    const width = intsAttribute(node, 'qkv_hidden_sizes')?.[2] ?? packed / 3;
    const past = node.inputs[pastAt];
    const total = past ? addDims(length, graph.shapeOf(past)[3]!) : length;
    return [
      { type, shape: [rows, length, width] },
      { type, shape: [2, rows, heads, total, width / heads] },
    ];
  };

export const ATTENTION: InferenceTable = {
  RotaryEmbedding: same,
  [`${MICROSOFT}:RotaryEmbedding`]: same,
  [`${MICROSOFT}:GroupQueryAttention`]: groupQueryAttention,
  [`${MICROSOFT}:MultiHeadAttention`]: multiHeadAttention,
  [`${MICROSOFT}:Attention`]: attention(4),
  [`${MICROSOFT}:QAttention`]: attention(8),
};

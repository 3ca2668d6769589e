import type { Attribute, Node } from '../../graph/graph';
import { DATA_TYPES } from '../../graph/onnxSchema';

/**
 * EmbedLayerNormalization, which onnxruntime's optimiser makes of BERT's first steps, as the steps that it stands
 * for: the token lookup must be found among them before shapes are known. The expansion of fused operators comes too
 * late for that.
 */
export function openEmbedding(node: Node, ints: (values: readonly number[]) => string): Node[] | undefined {
  if (node.op !== 'EmbedLayerNormalization') return undefined;
  const [ids, segments, words, places, kinds, gain, bias, , positions] = node.inputs as string[];
  const [normalised, maskIndex, sum] = node.outputs;
  const nodes: Node[] = [];
  const add = (
    op: string,
    inputs: string[],
    attributes: Record<string, Attribute> = {},
    output?: string,
  ): string => {
    const name = `${node.name}/${op} ${nodes.length}`;
    nodes.push({ name, op, domain: '', inputs, outputs: [output || name], attributes });
    return output || name;
  };
  const one = () => {
    const same = add('Equal', [ids!, ids!]);
    return add('Cast', [same], { to: { kind: 'int', value: DATA_TYPES.int64 } });
  };
  // Counted from 0 along the tokens: a running sum of ones.
  const counted = () => add('CumSum', [one(), ints([1])], { exclusive: { kind: 'int', value: 1 } });
  const vectors = [add('Gather', [words!, ids!]), add('Gather', [places!, positions || counted()])];
  if (segments && kinds) vectors.push(add('Gather', [kinds, segments]));
  const last = vectors.length - 1;
  const total = vectors.reduce((a, b, i) => add('Add', [a, b], {}, i === last ? sum : undefined));
  const epsilon = node.attributes.epsilon ?? { kind: 'float', value: 1e-12 };
  add('LayerNormalization', [total, gain!, bias!], { axis: { kind: 'int', value: -1 }, epsilon }, normalised);
  // Only masks are made of it, which give way to ours.
  if (maskIndex) add('Identity', [ids!], {}, maskIndex);
  return nodes;
}

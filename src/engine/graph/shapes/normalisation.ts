import { frontAxis } from '../dims';
import { intAttribute, MICROSOFT } from '../graph';
import { type Inference, type InferenceTable, inputType, same } from './inference';

/** The result, and statistics that keep the axes which they were taken over, with size 1. */
const normalised =
  (statistics: number): Inference =>
  (node, graph) => {
    const { type, shape } = inputType(node, graph, 0);
    const first = frontAxis(intAttribute(node, 'axis', -1), shape.length);
    const kept = { type: 'float32' as const, shape: shape.map((size, i) => (i < first ? size : 1)) };
    return [{ type, shape }, ...Array.from({ length: statistics }, () => kept)];
  };

/** The result, two outputs that the CPU does not fill, and the sum that was normalised. */
const skip: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const statistics = { type: 'float32' as const, shape: [...shape.slice(0, -1), 1] };
  return [{ type, shape }, statistics, statistics, { type, shape }];
};

/** The embeddings, how many tokens each row has, and the sum before it was normalised. */
const embed: Inference = (node, graph) => {
  const { shape } = inputType(node, graph, 0);
  const { type, shape: table } = inputType(node, graph, 2);
  const embeddings = { type, shape: [...shape, table[1]!] };
  return [embeddings, { type: 'int32', shape: [shape[0]!] }, embeddings];
};

export const NORMALISATION: InferenceTable = {
  RMSNormalization: same,
  SimplifiedLayerNormalization: normalised(1),
  LayerNormalization: normalised(2),
  [`${MICROSOFT}:SkipLayerNormalization`]: skip,
  [`${MICROSOFT}:SkipSimplifiedLayerNormalization`]: skip,
  [`${MICROSOFT}:EmbedLayerNormalization`]: embed,
};

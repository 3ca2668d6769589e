import { l10n } from '../../../protocol/l10n';
import { divideDims, frontAxis, subtractDims } from '../dims';
import { intAttribute, MICROSOFT } from '../graph';
import { type Inference, type InferenceTable, inputType, knownInts, same } from './inference';

const gather: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const { shape: indices } = inputType(node, graph, 1);
  const axis = frontAxis(intAttribute(node, 'axis', 0), shape.length);
  return [{ type, shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)] }];
};

const gatherElements: Inference = (node, graph) => [
  { type: inputType(node, graph, 0).type, shape: inputType(node, graph, 1).shape },
];

const gatherNd: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const { shape: indices } = inputType(node, graph, 1);
  const batch = intAttribute(node, 'batch_dims', 0);
  return [{ type, shape: [...indices.slice(0, -1), ...shape.slice(batch + Number(indices.at(-1)))] }];
};

const range: Inference = (node, graph) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => knownInts(graph, node.inputs[i])?.[0]);
  if (start === undefined || limit === undefined || delta === undefined) {
    throw new Error(l10n`Range ${node.name} needs bounds that are known before it runs`);
  }
  const length = divideDims(subtractDims(limit, start), delta);
  if (length === undefined) throw new Error(l10n`Range ${node.name}: its length cannot be told`);
  return [{ type: inputType(node, graph, 0).type, shape: [length] }];
};

/** Rows of a quantised table, dequantised: two values a byte where it holds 4 bits in uint8. */
const gatherBlockQuantized: Inference = (node, graph) => {
  const { type: stored, shape } = inputType(node, graph, 0);
  const { shape: indices } = inputType(node, graph, 1);
  const axis = frontAxis(intAttribute(node, 'gather_axis', 0), shape.length);
  const packed = stored === 'uint8' && intAttribute(node, 'bits', 4) === 4;
  const row = shape.slice(axis + 1);
  if (packed && row.length > 0) row[row.length - 1] = 2 * Number(row.at(-1));
  return [{ type: inputType(node, graph, 2).type, shape: [...shape.slice(0, axis), ...indices, ...row] }];
};

export const INDICES: InferenceTable = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterElements: same,
  ScatterND: same,
  Range: range,
  [`${MICROSOFT}:GatherBlockQuantized`]: gatherBlockQuantized,
};

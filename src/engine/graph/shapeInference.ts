import { l10n } from '../../protocol/l10n';
import type { Graph, Node, TensorType } from './graph';
import { ATTENTION } from './shapes/attention';
import { ELEMENTWISE } from './shapes/elementwise';
import { INDICES } from './shapes/indices';
import type { InferenceTable } from './shapes/inference';
import { LAYOUT } from './shapes/layout';
import { MATRIX } from './shapes/matrix';
import { NORMALISATION } from './shapes/normalisation';
import { QUANTISATION } from './shapes/quantisation';
import { REDUCTION } from './shapes/reduction';

/** By domain and operator. */
const INFERENCES: InferenceTable = {
  ...ELEMENTWISE,
  ...LAYOUT,
  ...REDUCTION,
  ...MATRIX,
  ...NORMALISATION,
  ...ATTENTION,
  ...INDICES,
  ...QUANTISATION,
};

/** Types of a node's outputs. Throws for an operator that the tables do not have. */
export function inferTypes(node: Node, graph: Graph): TensorType[] {
  const inference = INFERENCES[node.domain ? `${node.domain}:${node.op}` : node.op];
  if (!inference) throw new Error(l10n`no shape inference for operator ${node.op} (node ${node.name})`);
  return inference(node, graph);
}

import { l10n } from '../../../protocol/l10n';
import type { Graph, Node, TensorType } from '../graph';
import { inferTypes } from '../shapeInference';
import { type Known, known } from './known';

/** What a Shape gives, from the type of its input: all sizes or the asked-for part of them. Size is not computed here. */
export function shapeValue(node: Node, graph: Graph): Known {
  const { shape } = graph.typeOf(node.inputs[0]!);
  if (node.op === 'Size') throw new Error(l10n`its number of elements is not computed here`);
  const [{ shape: taken }] = inferTypes(node, graph) as [TensorType];
  const { start } = node.attributes;
  const first = start?.kind === 'int' ? start.value : 0;
  const from = Math.max(0, first < 0 ? first + shape.length : first);
  return known('int64', taken as number[], shape.slice(from, from + Number(taken[0])));
}

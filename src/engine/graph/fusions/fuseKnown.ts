import type { Graph, Node } from '../graph';
import { FUSIONS, LAST_OPERATORS } from './fusionTable';
import { match } from './pattern';

/**
 * Replaces, in place, what exporters write in many plain operators (norms, activations) by the one that
 * onnxruntime has: fewer values to keep, and short gradients. Values keep their names; nodes in between stay,
 * and are unused unless something else reads them.
 */
export function fuseKnown(graph: Graph): void {
  const producers = graph.producers();
  // From the last node on, so that the longest pattern is found before a shorter one takes a part of it away.
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const fused = fusedForm(graph.nodes[i]!, graph, producers);
    if (fused) graph.nodes[i] = fused;
  }
}

function fusedForm(node: Node, graph: Graph, producers: ReadonlyMap<string, Node>): Node | undefined {
  if (node.domain !== '' || !LAST_OPERATORS.has(node.op)) return undefined;
  const [output] = node.outputs as [string];
  for (const { pattern, op, domain = '', inputs, attributes, fits } of FUSIONS) {
    const found = match(pattern, output, { graph, producers });
    if (!found || (fits && !fits(graph, found.values))) continue;
    return {
      name: node.name,
      op,
      domain,
      inputs: inputs.map((name) => found.values[name]!),
      outputs: [output],
      attributes: attributes?.(found.numbers) ?? {},
    };
  }
  return undefined;
}

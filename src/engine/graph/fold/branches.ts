import type { Graph } from '../graph';
import { renameGraph } from '../renameGraph';

/** A subgraph with names for its values and nodes that do not clash with those around it. */
export function openBranch(branch: Graph, prefix: string): Graph {
  const inner = new Set([
    ...branch.initializers.keys(),
    ...branch.nodes.flatMap(({ name, outputs }) => [name, ...outputs]),
  ]);
  return renameGraph(branch, (name) => (inner.has(name) ? `${prefix}/${name}` : name));
}

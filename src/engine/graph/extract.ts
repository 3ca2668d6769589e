import { Graph, type Node } from './graph';

/** The part of a graph that computes `outputs` from `inputs`; inputs that are not needed are left out. */
export function extract(
  graph: Graph,
  name: string,
  part: { nodes: readonly Node[]; inputs: readonly string[]; outputs: readonly string[] },
): Graph {
  const available = new Set(part.inputs);
  const needed = new Set(part.outputs.filter((output) => !available.has(output)));
  const used = new Set<string>();
  const nodes = [...part.nodes].reverse().filter((node) => {
    if (!node.outputs.some((output) => needed.has(output))) return false;
    for (const input of node.inputs) {
      used.add(input);
      if (!available.has(input)) needed.add(input);
    }
    return true;
  });
  const result = new Graph(name);
  result.nodes.push(...nodes.reverse());
  result.inputs.push(...part.inputs.filter((input) => used.has(input)));
  result.outputs.push(...part.outputs);
  for (const [initializer, data] of graph.initializers)
    if (used.has(initializer)) result.initializers.set(initializer, data);
  const names = [
    ...result.inputs,
    ...result.initializers.keys(),
    ...result.nodes.flatMap((node) => node.outputs),
  ];
  for (const value of names) {
    const type = graph.values.get(value);
    if (type) result.values.set(value, type);
  }
  return result;
}

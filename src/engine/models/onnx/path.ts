import type { Graph, Node } from '../../graph/graph';

/** Values that depend on any of `from`, those among them. */
export function dependents(graph: Graph, from: readonly string[]): Set<string> {
  const values = new Set(from);
  for (const node of graph.nodes) {
    if (!node.inputs.some((input) => values.has(input))) continue;
    for (const output of node.outputs) if (output) values.add(output);
  }
  return values;
}

/** Nodes on a way from `from` to `to`, in order. */
export function nodesBetween(graph: Graph, from: string, to: string): Node[] {
  const reached = dependents(graph, [from]);
  reached.delete(from);
  const useful = new Set([to]);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => useful.has(output) && reached.has(output))) continue;
    for (const input of node.inputs) useful.add(input);
    nodes.push(node);
  }
  return nodes.reverse();
}

/**
 * Values that everything from `from` to `to` goes through, in order, each with the index of its node among `nodes`
 * (see nodesBetween). A node is passed by nothing if no edge of the graph leads over it.
 */
export function narrowPlaces(
  nodes: readonly Node[],
  from: string,
  to: string,
): { value: string; index: number }[] {
  const made = new Map<string, number>([[from, -1]]);
  nodes.forEach((node, index) => {
    for (const output of node.outputs) if (output) made.set(output, index);
  });
  // For each node, the last one that reads any of its outputs.
  const reach = new Map<number, number>();
  const reads = (value: string, by: number) => {
    const maker = made.get(value);
    if (maker !== undefined) reach.set(maker, Math.max(reach.get(maker) ?? maker, by));
  };
  nodes.forEach((node, index) => {
    for (const input of node.inputs) reads(input, index);
  });
  reads(to, nodes.length);
  const used = new Set([to, ...nodes.flatMap(({ inputs }) => inputs)]);
  const places: { value: string; index: number }[] = [];
  let furthest = reach.get(-1) ?? -1;
  nodes.forEach((node, index) => {
    const outputs = node.outputs.filter((output) => output && used.has(output));
    if (furthest <= index && outputs.length === 1) places.push({ value: outputs[0]!, index });
    furthest = Math.max(furthest, reach.get(index) ?? index);
  });
  return places;
}

/** Reads `replacement` wherever `value` was read, and hands it out where `value` was an output. */
export function replaceValue(graph: Graph, value: string, replacement: string, except?: Node): void {
  for (const node of graph.nodes) {
    if (node === except) continue;
    node.inputs.forEach((input, i) => {
      if (input === value) node.inputs[i] = replacement;
    });
  }
  graph.outputs.forEach((output, i) => {
    if (output === value) graph.outputs[i] = replacement;
  });
}

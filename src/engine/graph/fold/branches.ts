import type { Attribute, Graph, Node } from '../graph';

/** A subgraph's nodes and constants with names that do not clash with those around it. */
export function inlineBranch(
  branch: Graph,
  prefix: string,
): { nodes: Node[]; initializers: Graph['initializers']; outputs: string[] } {
  const inner = new Set([...branch.initializers.keys(), ...branch.nodes.flatMap(({ outputs }) => outputs)]);
  inner.delete('');
  const rename = (value: string) => (inner.has(value) ? `${prefix}/${value}` : value);
  return {
    nodes: branch.nodes.map((node) => renameNode(node, prefix, rename)),
    initializers: new Map([...branch.initializers].map(([name, data]) => [rename(name), data])),
    outputs: branch.outputs.map(rename),
  };
}

function renameNode(node: Node, prefix: string, rename: (value: string) => string): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
    name,
    attribute.kind === 'graph' ? { kind: 'graph', value: renameGraph(attribute.value, rename) } : attribute,
  ]);
  return {
    ...node,
    name: `${prefix}/${node.name}`,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: Object.fromEntries(attributes),
  };
}

/** What a deeper subgraph takes from this one has new names there too. */
function renameGraph(graph: Graph, rename: (value: string) => string): Graph {
  const own = new Set([
    ...graph.inputs,
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((n) => n.outputs),
  ]);
  const outer = (value: string) => (own.has(value) ? value : rename(value));
  const result = Object.assign(Object.create(Object.getPrototypeOf(graph) as object) as Graph, graph, {
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(outer),
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
          name,
          attribute.kind === 'graph'
            ? { kind: 'graph', value: renameGraph(attribute.value, outer) }
            : attribute,
        ]),
      ),
    })),
    outputs: graph.outputs.map(outer),
  });
  return result;
}

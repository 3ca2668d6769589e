import { type Attribute, Graph, type Node } from './graph';

/** A graph with other names for its values and nodes, in what its subgraphs take from it too. */
export function renameGraph(graph: Graph, rename: (name: string) => string): Graph {
  const result = new Graph(graph.name);
  result.nodes.push(...graph.nodes.map((node) => renameNode(node, rename)));
  result.inputs.push(...graph.inputs.map(rename));
  result.outputs.push(...graph.outputs.map(rename));
  for (const [name, initializer] of graph.initializers) result.initializers.set(rename(name), initializer);
  for (const [name, type] of graph.values) result.values.set(rename(name), type);
  return result;
}

function renameNode(node: Node, rename: (name: string) => string): Node {
  // An input that is left out has the empty name.
  const renamed = (value: string) => (value === '' ? '' : rename(value));
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
    name,
    attribute.kind === 'graph' ? { kind: 'graph', value: renameOuter(attribute.value, rename) } : attribute,
  ]);
  return {
    ...node,
    name: rename(node.name),
    inputs: node.inputs.map(renamed),
    outputs: node.outputs.map(renamed),
    attributes: Object.fromEntries(attributes),
  };
}

/** A subgraph keeps its own names. */
function renameOuter(graph: Graph, rename: (name: string) => string): Graph {
  const own = new Set([
    ...graph.inputs,
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]),
  ]);
  return renameGraph(graph, (name) => (own.has(name) ? name : rename(name)));
}

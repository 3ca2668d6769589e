import type { Attribute, Graph, TensorType } from './graph';

/** The graph for people to read: one line a node, with shapes. */
export function printGraph(graph: Graph): string {
  const typed = (name: string) => `${name}: ${printType(graph.typeOf(name))}`;
  const weights = [...graph.initializers]
    .filter(([, { data }]) => data.kind !== 'inline')
    .map(([name, initializer]) => `  weight ${name}: ${printType(initializer)}`);
  const nodes = graph.nodes.map((node) => {
    const attributes = Object.entries(node.attributes).map(
      ([name, attribute]) => `${name}=${printAttribute(attribute)}`,
    );
    const operator = node.domain ? `${node.domain}.${node.op}` : node.op;
    const call = `${operator}(${[...node.inputs.map((name) => printInput(graph, name)), ...attributes].join(', ')})`;
    return `  ${node.outputs.filter(Boolean).map(typed).join(', ')} = ${call}`;
  });
  return [
    `graph ${graph.name}(${graph.inputs.map(typed).join(', ')})`,
    ...weights,
    ...nodes,
    `  return ${graph.outputs.join(', ')}`,
    '',
  ].join('\n');
}

function printType({ type, shape }: TensorType): string {
  return `${type}[${shape.join(', ')}]`;
}

function printInput(graph: Graph, name: string): string {
  return name === '' ? '_' : graph.initializers.has(name) ? `%${name}` : name;
}

/** Floats to seven digits: what float32 holds. */
function printAttribute({ kind, value }: Attribute): string {
  return JSON.stringify(kind === 'float' ? Number(value.toPrecision(7)) : value);
}

import type { GraphBuilder } from '../builder';
import type { Node } from '../graph';
import type { AttentionPorts, ExpansionContext } from './expansion';
import { EXPANSIONS } from './expansionTable';

/**
 * Rewrites, in place, every operator of several steps (attention, skip normalisation, …) as plain nodes that have
 * gradient rules. Values keep their names. Nodes that fed only dropped inputs, such as a mask's, stay and are unused.
 *
 * @throws model-unsupported for a form that an expansion does not know, naming the node
 */
export function expandFused(build: GraphBuilder, ports: AttentionPorts): void {
  const { graph } = build;
  const nodes = graph.nodes.splice(0);
  for (const node of nodes) {
    const expansion = EXPANSIONS[node.domain ? `${node.domain}:${node.op}` : node.op];
    if (!expansion) {
      graph.nodes.push(node);
      continue;
    }
    const before = graph.nodes.length;
    const context: ExpansionContext = {
      node,
      graph,
      build,
      ports,
      input: (index) => node.inputs[index] || undefined,
      makes: (index) => Boolean(node.outputs[index]),
    };
    const made = expansion(context);
    node.outputs.forEach((name, i) => {
      const value = made[i];
      if (name && value) giveName(build, before, value, name);
      else if (name) graph.values.delete(name);
    });
  }
}

/** Calls a value by the name of the output that it stands for; a value from elsewhere is copied. */
function giveName(build: GraphBuilder, before: number, value: string, name: string): void {
  const { graph } = build;
  const added = graph.nodes.slice(before);
  const type = graph.typeOf(value);
  graph.values.set(name, type);
  if (!added.some((node) => node.outputs.includes(value))) {
    graph.nodes.push(copyNode(`copy of ${value} as ${name}`, value, name));
    return;
  }
  const renamed = (other: string) => (other === value ? name : other);
  for (const node of added) {
    node.inputs = node.inputs.map(renamed);
    node.outputs = node.outputs.map(renamed);
  }
  graph.values.delete(value);
}

const copyNode = (name: string, input: string, output: string): Node => ({
  name,
  op: 'Identity',
  domain: '',
  inputs: [input],
  outputs: [output],
  attributes: {},
});

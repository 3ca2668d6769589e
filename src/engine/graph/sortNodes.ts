import { l10n } from '../../protocol/l10n';
import type { Node } from './graph';

/**
 * Nodes in an order in which they can run; the file's order is kept where it can be. `known`: values that are there
 * before any node has run; `own` those of them that are in the same graph, which no node may make again. Throws an
 * Error for a value that nothing makes, one that two nodes make, and for a circle.
 */
export function sortNodes(
  nodes: readonly Node[],
  known: (value: string) => boolean,
  own: (value: string) => boolean = known,
): Node[] {
  const makers = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const output of node.outputs.filter(Boolean)) {
      if (makers.has(output) || own(output)) throw new Error(l10n`the value "${output}" is made twice`);
      makers.set(output, index);
    }
  });
  const waiting = nodes.map(() => 0);
  const users = nodes.map((): number[] => []);
  nodes.forEach((node, index) => {
    for (const input of neededValues(node)) {
      const maker = makers.get(input);
      if (maker !== undefined) {
        waiting[index]!++;
        users[maker]!.push(index);
      } else if (!known(input))
        throw new Error(l10n`${node.op} ${node.name} reads "${input}", which nothing makes`);
    }
  });
  const ready = waiting.flatMap((count, index) => (count === 0 ? [index] : []));
  const sorted: Node[] = [];
  for (let at = 0; at < ready.length; at++) {
    const index = ready[at]!;
    sorted.push(nodes[index]!);
    for (const user of users[index]!) if (--waiting[user]! === 0) ready.push(user);
  }
  if (sorted.length < nodes.length) throw new Error(l10n`its nodes wait for each other in a circle`);
  return inFileOrder(nodes, makers) ? [...nodes] : sorted;
}

/** Inputs of a node, and what its subgraphs take from around them. */
function neededValues(node: Node): Set<string> {
  const needed = new Set(node.inputs.filter(Boolean));
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind !== 'graph') continue;
    const graph = attribute.value;
    const made = new Set([
      ...graph.inputs,
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap((n) => n.outputs),
    ]);
    for (const inner of graph.nodes) {
      for (const input of neededValues(inner)) if (!made.has(input)) needed.add(input);
    }
    for (const output of graph.outputs) if (!made.has(output)) needed.add(output);
  }
  return needed;
}

function inFileOrder(nodes: readonly Node[], makers: ReadonlyMap<string, number>): boolean {
  return nodes.every((node, index) =>
    [...neededValues(node)].every((input) => (makers.get(input) ?? -1) < index),
  );
}

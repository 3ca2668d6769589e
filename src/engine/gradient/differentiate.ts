import { SoftpromptError } from '../../protocol/errors';
import type { GraphBuilder } from '../graph/builder';
import type { Node } from '../graph/graph';
import type { RuleContext } from './rule';
import { findRule } from './ruleTable';

/**
 * Adds to a graph the nodes that compute gradients, by reverse-mode differentiation.
 *
 * @param seeds for each output of the loss's side, the value that holds its gradient
 * @param wanted values whose gradients are asked for
 * @returns for each wanted value its gradient; values that the seeds do not depend on are missing
 * @throws model-unsupported, before anything is added, naming every operator on the way that has no rule
 */
export function differentiate(
  build: GraphBuilder,
  seeds: ReadonlyMap<string, string>,
  wanted: readonly string[],
): Map<string, string> {
  const { graph } = build;
  const path = nodesBetween(graph.nodes, wanted, [...seeds.keys()]);
  checkRules(path.nodes, graph.name);

  const gradients = new Map(seeds);
  const shared = new Map<string, string>();
  const accumulate = (value: string, gradient: string) => {
    const sum = gradients.get(value);
    gradients.set(value, sum ? build.add('Add', [sum, gradient]) : gradient);
  };
  for (const node of path.nodes.reverse()) {
    if (!node.outputs.some((output) => gradients.has(output))) continue;
    const context: RuleContext = {
      node,
      graph,
      build,
      input: (index) => node.inputs[index]!,
      output: (index) => node.outputs[index]!,
      gradient: (index = 0) => gradients.get(node.outputs[index]!),
      gradientOrZeros: (index) =>
        gradients.get(node.outputs[index]!) ??
        build.add('ConstantOfShape', [build.add('Shape', [node.outputs[index]!])]),
      wants: (index) => path.values.has(node.inputs[index]!),
      shape: (value) => graph.shapeOf(value),
      once: (key, make) => {
        const known = shared.get(key) ?? make();
        shared.set(key, known);
        return known;
      },
    };
    findRule(node)!(context).forEach((gradient, index) => {
      if (gradient && context.wants(index)) accumulate(node.inputs[index]!, gradient);
    });
  }
  const found = wanted.filter((value) => gradients.has(value));
  return new Map(found.map((value) => [value, gradients.get(value)!]));
}

/** Nodes on a path from any of `from` to any of `to`, in order, and the values that depend on `from`. */
function nodesBetween(nodes: readonly Node[], from: readonly string[], to: readonly string[]) {
  const values = new Set(from);
  const reached = nodes.filter((node) => {
    if (!node.inputs.some((input) => values.has(input))) return false;
    for (const output of node.outputs) values.add(output);
    return true;
  });
  const useful = new Set(to);
  const between = reached.reverse().filter((node) => {
    if (!node.outputs.some((output) => useful.has(output))) return false;
    for (const input of node.inputs) useful.add(input);
    return true;
  });
  return { nodes: between.reverse(), values };
}

function checkRules(nodes: readonly Node[], graph: string): void {
  const missing = nodes.filter((node) => !findRule(node));
  if (missing.length === 0) return;
  const list = [...new Set(missing.map(({ op, domain }) => (domain ? `${domain}.${op}` : op)))].join(', ');
  throw new SoftpromptError('model-unsupported', `No gradient rule for ${list} in ${graph}.`, {
    place: { node: missing[0]!.name },
    hint: 'This model cannot be tuned yet. A model of a family listed in the README can.',
  });
}

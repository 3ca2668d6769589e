import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { GraphBuilder } from '../graph/builder';
import type { Graph, Node } from '../graph/graph';
import { type Formula, formula } from './formula';
import { Carriers, operatorKey } from './noGradient';
import type { RuleContext } from './rule';
import { RULES } from './ruleTable';
import { Sizes } from './sizes';

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
  const path = nodesBetween(graph, wanted, [...seeds.keys()]);
  checkRules(path.nodes, graph.name);

  const step: Step = {
    build,
    formula: formula(build),
    sizes: new Sizes(build, [...seeds.values()]),
    gradients: new Map(seeds),
    carriers: path.values,
    producers: graph.producers(),
    multipliers: multipliersOf(path.nodes),
    shared: new Map(),
  };
  const { gradients } = step;
  const accumulate = (value: string, gradient: string) => {
    const sum = gradients.get(value);
    gradients.set(value, sum ? build.add('Add', [sum, gradient]) : gradient);
  };
  for (const node of path.nodes.reverse()) {
    if (!node.outputs.some((output) => gradients.has(output))) continue;
    const context = contextOf(node, step);
    RULES[operatorKey(node)]!(context).forEach((gradient, index) => {
      if (gradient && context.wants(index)) accumulate(node.inputs[index]!, gradient);
    });
  }
  const found = wanted.filter((value) => gradients.has(value));
  return new Map(found.map((value) => [value, gradients.get(value)!]));
}

/** What the nodes of one differentiation have in common. */
interface Step {
  build: GraphBuilder;
  formula: Formula;
  sizes: Sizes;
  gradients: Map<string, string>;
  carriers: ReadonlySet<string>;
  producers: ReadonlyMap<string, Node>;
  /** By each value, the nodes that multiply it. */
  multipliers: ReadonlyMap<string, readonly Node[]>;
  shared: Map<string, string>;
}

function contextOf(node: Node, step: Step): RuleContext {
  const { build, formula, sizes, gradients, carriers, producers, multipliers, shared } = step;
  const { graph } = build;
  return {
    node,
    graph,
    build,
    formula,
    sizes,
    input: (index) => node.inputs[index]!,
    has: (index) => Boolean(node.inputs[index]),
    output: (index) => node.outputs[index]!,
    optionalOutput: (index, type) => {
      if (!node.outputs[index]) {
        const name = `${node.outputs[0]} (output ${index})`;
        graph.values.set(name, type);
        // A list of its own: a copy of the node in another graph may share the old one.
        node.outputs = Array.from({ length: Math.max(index + 1, node.outputs.length) }, (_, i) =>
          i === index ? name : (node.outputs[i] ?? ''),
        );
      }
      return node.outputs[index]!;
    },
    gradient: (index = 0) => gradients.get(node.outputs[index]!),
    gradientOrZeros: (index) =>
      gradients.get(node.outputs[index]!) ??
      build.add('ConstantOfShape', [sizes.shape(node.outputs[index]!)], {
        types: [{ type: 'float32', shape: graph.shapeOf(node.outputs[index]!) }],
      }),
    wants: (index) => carriers.has(node.inputs[index]!),
    shape: (value) => graph.shapeOf(value),
    producer: (value) => producers.get(value),
    multiplied: (value) => {
      const products = multipliers.get(value) ?? [];
      const [product] = products;
      const gradient = product && gradients.get(product.outputs[0]!);
      if (products.length !== 1 || !gradient) return undefined;
      return { with: product.inputs.find((input) => input !== value) ?? value, gradient };
    },
    once: (key, make) => {
      const known = shared.get(key) ?? make();
      shared.set(key, known);
      return known;
    },
  };
}

/** Nodes on a path from any of `from` to any of `to`, in order, and the values that depend on `from`. */
function nodesBetween(graph: Graph, from: readonly string[], to: readonly string[]) {
  const carriers = new Carriers(graph, from);
  const reached = graph.nodes.filter((node) => carriers.follow(node));
  const useful = new Set(to);
  const between = reached.reverse().filter((node) => {
    if (!node.outputs.some((output) => useful.has(output) && carriers.values.has(output))) return false;
    for (const input of node.inputs) useful.add(input);
    return true;
  });
  return { nodes: between.reverse(), values: carriers.values };
}

function multipliersOf(nodes: readonly Node[]): Map<string, Node[]> {
  const found = new Map<string, Node[]>();
  for (const node of nodes.filter(({ op }) => op === 'Mul')) {
    for (const input of new Set(node.inputs)) found.set(input, [...(found.get(input) ?? []), node]);
  }
  return found;
}

function checkRules(nodes: readonly Node[], graph: string): void {
  const missing = nodes.filter((node) => !RULES[operatorKey(node)]);
  if (missing.length === 0) return;
  const list = [...new Set(missing.map(({ op, domain }) => (domain ? `${domain}.${op}` : op)))].join(', ');
  throw new SoftpromptError('model-unsupported', l10n`No gradient rule for ${list} in ${graph}.`, {
    place: { node: missing[0]!.name },
    hint: l10n`What can be done: export the model again with plain operators (no fusion, opset 13 to 22), use its original files instead (a Hugging Face folder or GGUF), or choose a model of a family listed in the README.`,
  });
}

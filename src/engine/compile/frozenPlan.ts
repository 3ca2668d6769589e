import { differentiate } from '../gradient/differentiate';
import { GraphBuilder } from '../graph/builder';
import { extract } from '../graph/extract';
import type { Graph } from '../graph/graph';
import type { Stage } from '../models/languageModel';
import type { StagePlan } from './stagePlan';

/** The way back through a stage whose past never changes: no gradients of it, and none come in through keys and values. */
export interface FrozenPlan {
  /** Takes what the stage's forward half keeps for its usual backward half. */
  backward: Graph;
  /** In: the gradient of the stage's output. */
  seed: string;
  /** Out: the gradient of what came in. */
  hidden: string;
}

/**
 * The same forward half serves both ways back, so that a session's packed weights are there once.
 *
 * @param stage the stage of `plan`, built anew: the graph is added to
 */
export function planFrozen(stage: Stage, { kept }: StagePlan): FrozenPlan {
  const { graph, ports } = stage;
  const build = new GraphBuilder(graph);
  const seed = build.input(`gradient of ${ports.output}`, 'float32', graph.shapeOf(ports.output));
  const hidden = differentiate(build, new Map([[ports.output, seed]]), [ports.hidden]).get(ports.hidden)!;
  const past = ports.past.flatMap(({ keys, values }) => [keys, values]);
  const backward = extract(graph, `${graph.name} backward, past frozen`, {
    nodes: graph.nodes,
    inputs: [seed, ...ports.side.map(({ name }) => name), ...past, ...kept],
    outputs: [hidden],
  });
  return { backward: withRowsOfPast(backward, past), seed, hidden };
}

/** Each row brings its own past: there is nothing to widen. */
function withRowsOfPast(graph: Graph, past: readonly string[]): Graph {
  for (const name of past) {
    const known = graph.values.get(name);
    if (!known) continue;
    const widen = graph.nodes.find(({ op, inputs }) => op === 'Expand' && inputs[0] === name);
    if (!widen) {
      graph.values.set(name, { ...known, shape: ['pastRows', ...known.shape.slice(1)] });
      continue;
    }
    const wide = widen.outputs[0]!;
    graph.values.set(name, graph.typeOf(wide));
    graph.nodes.splice(graph.nodes.indexOf(widen), 1);
    for (const node of graph.nodes) {
      node.inputs = node.inputs.map((input) => (input === wide ? name : input));
    }
  }
  const used = new Set([...graph.outputs, ...graph.nodes.flatMap(({ inputs }) => inputs)]);
  graph.inputs.splice(0, graph.inputs.length, ...graph.inputs.filter((input) => used.has(input)));
  return graph;
}

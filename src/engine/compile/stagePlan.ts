import { differentiate } from '../gradient/differentiate';
import { GraphBuilder } from '../graph/builder';
import type { Graph } from '../graph/graph';
import { type KeyValuePorts, SIZES, type Stage } from '../models/languageModel';
import { partition } from './partition';

/** A stage as two graphs: run forward, keep `kept`, run backward. */
export interface StagePlan {
  stage: Stage;
  /** Computes the stage's outputs, and `kept`; its past may be shared by all rows or differ from row to row. */
  forward: Graph;
  backward: Graph;
  /** Values that the backward half takes from the forward half; the stage's `hidden` may be among them. */
  kept: string[];
  /** Inputs of the backward half: gradients of the stage's outputs. */
  seeds: { output: string; present: KeyValuePorts[] };
  /**
   * Outputs of the backward half: gradients of the stage's inputs. `past`: those of the past, summed over the rows; behind an
   * encoder those of what it has read, row by row.
   */
  gradients: { hidden: string; past: KeyValuePorts[] };
}

/** Sizes of a usual micro-batch, to weigh what is kept against what is computed again. */
const TYPICAL = {
  [SIZES.rows]: 8,
  [SIZES.length]: 40,
  [SIZES.past]: 20,
  [SIZES.shared]: 20,
  [SIZES.maskRows]: 1,
  [SIZES.places]: 64,
  [SIZES.bucketRows]: 1,
  [SIZES.source]: 60,
};

/**
 * Differentiates a stage. One pair of graphs serves the soft prompt (nothing before it, gradients come in through its
 * keys and values) and the rows behind it (gradients go out through the past): each session holds its own packed copy
 * of the weights, so there are as few as can be.
 */
export function planStage(stage: Stage): StagePlan {
  const { graph, ports } = stage;
  const build = new GraphBuilder(graph);
  const forwardNodes = graph.nodes.length;
  const outputs = [ports.output, ...flatten(ports.present)];
  // A decoder behind an encoder begins with nothing: its prompt is in what the encoder has read.
  const before = ports.source ?? ports.past;
  const wanted = [ports.hidden, ...flatten(before)];
  const seeds = new Map(
    outputs.map((value) => [value, build.input(`gradient of ${value}`, 'float32', graph.shapeOf(value))]),
  );
  const gradients = differentiate(build, seeds, wanted);
  const { forward, backward, kept } = partition(graph, {
    forwardNodes,
    forwardOutputs: outputs,
    backwardOutputs: wanted.map((value) => gradients.get(value)!),
    seeds: [...seeds.values()],
    free: [...ports.side.map(({ name }) => name), ...flatten(ports.past), ...flatten(ports.source ?? [])],
    sizes: TYPICAL,
    lengths: [SIZES.length, SIZES.source],
  });
  for (const name of flatten(ports.past)) {
    const { type, shape } = graph.typeOf(name);
    forward.values.set(name, { type, shape: ['pastRows', ...shape.slice(1)] });
  }
  const pairs = (list: readonly KeyValuePorts[], of: ReadonlyMap<string, string>) =>
    list.map(({ keys, values }) => ({ keys: of.get(keys)!, values: of.get(values)! }));
  return {
    stage,
    forward,
    backward,
    kept,
    seeds: { output: seeds.get(ports.output)!, present: pairs(ports.present, seeds) },
    gradients: { hidden: gradients.get(ports.hidden)!, past: pairs(before, gradients) },
  };
}

const flatten = (ports: readonly KeyValuePorts[]) => ports.flatMap(({ keys, values }) => [keys, values]);

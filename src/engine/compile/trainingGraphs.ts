import { differentiate } from '../gradient/differentiate';
import { GraphBuilder } from '../graph/builder';
import type { Graph } from '../graph/graph';
import { type Head, type KeyValuePorts, SIZES, type Stage } from '../models/languageModel';
import { extract, partition } from './partition';

/** A stage made ready for training: run forward, keep `kept`, run backward. */
export interface TrainingStage {
  stage: Stage;
  forward: Graph;
  backward: Graph;
  /** Values that the backward half takes from the forward half; the stage's `hidden` may be among them. */
  kept: string[];
  /** Inputs of the backward half: gradients of the stage's outputs. */
  seeds: { output?: string; present?: KeyValuePorts[] };
  /** Outputs of the backward half: gradients of the stage's inputs. */
  gradients: { hidden?: string; past?: KeyValuePorts[] };
}

/** Sizes of a usual micro-batch, to weigh what is kept against what is computed again. */
const TYPICAL = {
  [SIZES.rows]: 8,
  [SIZES.length]: 40,
  [SIZES.past]: 20,
  [SIZES.maskRows]: 1,
  [SIZES.places]: 64,
};

/**
 * For rows of text that stand after the soft prompt: from the gradient of the stage's output to those of the prompt's
 * keys and values, and of the stage's input where a stage before it needs it.
 */
export function textTraining(stage: Stage, isFirst: boolean): TrainingStage {
  const { ports } = stage;
  return train(stage, {
    seeds: [ports.output],
    wanted: [...(isFirst ? [] : [ports.hidden]), ...flatten(ports.past)],
    outputs: [ports.output],
    finish: (seed, gradient) => ({
      seeds: { output: seed(ports.output) },
      gradients: {
        ...(isFirst ? {} : { hidden: gradient(ports.hidden) }),
        past: ports.past.map(({ keys, values }) => ({ keys: gradient(keys), values: gradient(values) })),
      },
    }),
  });
}

/**
 * For the soft prompt itself, before which nothing stands: from the gradients of its keys and values, summed over all
 * rows, to that of its embeddings. Nothing looks at the last layer's output, so the last stage has no seed for it.
 */
export function promptTraining(stage: Stage, isLast: boolean): TrainingStage {
  const { ports } = stage;
  const output = isLast ? [] : [ports.output];
  return train(stage, {
    seeds: [...output, ...flatten(ports.present)],
    wanted: [ports.hidden],
    outputs: [...output, ...flatten(ports.present)],
    finish: (seed, gradient) => ({
      seeds: {
        ...(isLast ? {} : { output: seed(ports.output) }),
        present: ports.present.map(({ keys, values }) => ({ keys: seed(keys), values: seed(values) })),
      },
      gradients: { hidden: gradient(ports.hidden) },
    }),
  });
}

const flatten = (ports: readonly KeyValuePorts[]) => ports.flatMap(({ keys, values }) => [keys, values]);

interface TrainOptions {
  seeds: string[];
  wanted: string[];
  outputs: string[];
  finish(
    seed: (value: string) => string,
    gradient: (value: string) => string,
  ): Pick<TrainingStage, 'seeds' | 'gradients'>;
}

function train(stage: Stage, options: TrainOptions): TrainingStage {
  const { graph, ports } = stage;
  const build = new GraphBuilder(graph);
  const forwardNodes = graph.nodes.length;
  const seeds = new Map(
    options.seeds.map((value) => [
      value,
      build.input(`gradient of ${value}`, 'float32', graph.shapeOf(value)),
    ]),
  );
  const gradients = differentiate(build, seeds, options.wanted);
  const { forward, backward, kept } = partition(graph, {
    forwardNodes,
    forwardOutputs: options.outputs,
    backwardOutputs: options.wanted.map((value) => gradients.get(value)!),
    seeds: [...seeds.values()],
    free: [ports.positions, ports.mask, ports.rowsShape, ports.cosines, ports.sines, ...flatten(ports.past)],
    sizes: TYPICAL,
  });
  const finished = options.finish(
    (value) => seeds.get(value)!,
    (value) => gradients.get(value)!,
  );
  return { stage, forward, backward, kept, ...finished };
}

/** The head with the log-probability of each readout's target, and the way back to the hidden states. */
export interface LossHead {
  head: Head;
  /** Log-probabilities only. */
  scoring: Graph;
  /** Log-probabilities and the gradient of the hidden states. */
  training: Graph;
  /** In: [readouts, 1] int64, each readout's target among the words. */
  targets: string;
  /** In: [readouts, 1], the loss's derivative by each log-probability. */
  seed: string;
  /** Out: [readouts, 1]. */
  logProbabilities: string;
  /** Out: [readouts, hidden size]. */
  gradient: string;
}

export function lossHead(head: Head): LossHead {
  const { graph, ports } = head;
  const build = new GraphBuilder(graph);
  const targets = build.input('targets', 'int64', ['readouts', 1]);
  const logarithms = build.add('LogSoftmax', [ports.logits], { attributes: { axis: -1 } });
  const logProbabilities = build.add('GatherElements', [logarithms, targets], { attributes: { axis: 1 } });
  const scoringNodes = [...graph.nodes];
  const seed = build.input('seed', 'float32', ['readouts', 1]);
  const gradient = differentiate(build, new Map([[logProbabilities, seed]]), [ports.hidden]).get(
    ports.hidden,
  )!;
  const { inputs, nodes } = graph;
  return {
    head,
    targets,
    seed,
    logProbabilities,
    gradient,
    scoring: extract(graph, 'scoring head', { nodes: scoringNodes, inputs, outputs: [logProbabilities] }),
    training: extract(graph, 'training head', { nodes, inputs, outputs: [logProbabilities, gradient] }),
  };
}

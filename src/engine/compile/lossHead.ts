import { differentiate } from '../gradient/differentiate';
import { GraphBuilder } from '../graph/builder';
import { extract } from '../graph/extract';
import type { Graph } from '../graph/graph';
import type { Head } from '../models/languageModel';

/** The head with the log-probability of each readout's target, and the way back to the hidden states. */
export interface LossHead {
  head: Head;
  /** Log-probabilities only. */
  scoring: Graph;
  /** Log-probabilities and the gradient of the hidden states. */
  training: Graph;
  /** In: [readouts, targets] int64, each readout's targets among the words. */
  targets: string;
  /** In: [readouts, targets], the loss's derivative by each log-probability. */
  seed: string;
  /** Out: [readouts, targets]. */
  logProbabilities: string;
  /** Out: [readouts, hidden size]. */
  gradient: string;
}

export function lossHead(head: Head): LossHead {
  const { graph, ports } = head;
  const build = new GraphBuilder(graph);
  const targets = build.input('targets', 'int64', ['readouts', 'targets']);
  const logarithms = build.add('LogSoftmax', [ports.logits], { attributes: { axis: -1 } });
  const logProbabilities = build.add('GatherElements', [logarithms, targets], { attributes: { axis: 1 } });
  const scoringNodes = [...graph.nodes];
  const seed = build.input('seed', 'float32', ['readouts', 'targets']);
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

import type { ElementType, Graph } from '../graph/graph';
import type { Checkpoint, TensorEntry } from '../models/checkpoint';
import type { LanguageModel } from '../models/languageModel';
import type { Direction } from './quantise/int8Plan';
import type { WeightRequest } from './weightsFile';

/** A model as it is compiled in one precision. */
export interface CompiledForm {
  /** Tells forms of the same checkpoint apart. */
  name: string;
  model: LanguageModel;
  /** By the names that the graphs ask for. */
  weights: ReadonlyMap<string, TensorEntry>;
  /** Which of them are written to the disk, in the order in which a pass reads them. */
  requests: readonly WeightRequest[];
  /** Every stage's graph goes through this before a session opens it. */
  rewrite(graph: Graph, direction: Direction): Graph;
}

export function float32Form({ model, weights }: Checkpoint): CompiledForm {
  return {
    name: 'float32',
    model,
    weights,
    requests: weightRequests(model, layerGraphs(model)),
    rewrite: (graph) => graph,
  };
}

/** All layers of a model: an encoder's, and its own. */
export function layerGraphs({ encoder, ...model }: LanguageModel): Graph[] {
  const own = model.stage(0, model.config.layers).graph;
  return encoder ? [encoder.stage(0, encoder.layers).graph, own] : [own];
}

/** What the graphs of a model's layers and its head ask for of the checkpoint, and what is read row by row. */
export function weightRequests(model: LanguageModel, layers: readonly Graph[]): WeightRequest[] {
  const { config, embeddings, outputMatrix, outputBias } = model;
  const requests = new Map<string, WeightRequest>();
  const add = (tensor: string, type: ElementType, shape: readonly number[]) => {
    // The same bytes may be read as another type elsewhere: they are placed once.
    if (!requests.has(tensor)) requests.set(tensor, { tensor, type, shape });
  };
  add(embeddings, 'float32', [config.vocabularySize, config.embeddingSize]);
  const headless = config.kind === 'encoder';
  for (const graph of [...layers, ...(headless ? [] : [model.head('all').graph])]) {
    for (const { data, shape, type } of graph.initializers.values()) {
      if (data.kind === 'checkpoint') add(data.tensor, type, shape);
    }
  }
  if (headless) return [...requests.values()];
  add(outputMatrix, 'float32', [config.vocabularySize, model.outputWidth ?? config.hiddenSize]);
  if (outputBias) add(outputBias, 'float32', [config.vocabularySize]);
  return [...requests.values()];
}

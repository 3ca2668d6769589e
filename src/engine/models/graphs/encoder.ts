import { type GraphBuilder, newGraph } from '../../graph/builder';
import type { Graph } from '../../graph/graph';
import { type Head, type LanguageModel, type RotaryTable, SIZES, type Stage } from '../languageModel';
import type { ModelConfig } from '../modelConfig';
import { ACTIVATIONS, type Activation, linear, type Norm, normalise } from './blocks';
import { type FeedForward, feedForward } from './feedForward';
import { type SelfAttention, selfAttention } from './selfAttention';
import { SidePorts } from './sidePorts';
import { wordHead } from './wordHead';

/** What tells one encoder family from another. Weights have the names that are used here, whatever the family. */
export interface EncoderSpec {
  config: ModelConfig;
  norm: Norm;
  /** Of one layer: they differ where local and global attention alternate. */
  attention(layer: number): SelfAttention;
  feedForward: FeedForward;
  /** `before`: each half reads the normalised stream and adds to it. `after`: the sum is normalised. */
  normPlace: 'before' | 'after';
  /** The first layer's attention reads the stream as it is: the embeddings are normalised already (ModernBERT). */
  firstNormLess?: boolean;
  /** The last hidden states are normalised. */
  finalNorm?: boolean;
  rotary?: readonly RotaryTable[];
  /** A learned vector is added for each position, from this row of the table on. */
  learnedPositions?: { count: number; offset: number };
  /** Rows of the table of token types; all tokens are of the first. */
  tokenTypes?: number;
  /** All layers have the weights of the first (ALBERT). */
  sharedLayers?: boolean;
  /** Of a masked language model: what comes between the last hidden states and the output matrix. */
  head?: {
    activation: Activation;
    /** Bias of the dense product. */
    bias: boolean;
    /** The output matrix is the embedding table. */
    tied: boolean;
    /** The logits have a bias. */
    outputBias: boolean;
  };
}

/** A bidirectional model without cache, with the head of a masked language model or without one. */
export function encoderModel(spec: EncoderSpec): LanguageModel {
  const { config, head } = spec;
  return {
    config,
    embeddings: 'embeddings',
    outputMatrix: head && !head.tied ? 'head.weight' : 'embeddings',
    outputWidth: config.embeddingSize,
    outputBias: head?.outputBias ? 'head.bias' : undefined,
    rotary: spec.rotary ?? [],
    stage: (from, to) => buildStage(spec, from, to),
    head: (words) => buildHead(spec, words),
  };
}

function buildStage(spec: EncoderSpec, from: number, to: number): Stage {
  const { hiddenSize, embeddingSize, layers } = spec.config;
  const build = newGraph(`layers ${from} to ${to - 1}`);
  const side = new SidePorts(build, false);
  const width = from === 0 ? embeddingSize : hiddenSize;
  const hidden = build.input('hidden', 'float32', [SIZES.rows, SIZES.length, width]);
  let stream = from === 0 ? enter(build, side, spec, hidden) : hidden;
  for (let layer = from; layer < to; layer++) stream = addLayer(build, side, spec, stream, layer);
  if (spec.finalNorm && to === layers) stream = normalise(build, spec.norm, stream, 'norm', hiddenSize);
  build.output(stream);
  return { graph: build.graph, ports: { hidden, side: side.list, past: [], present: [], output: stream } };
}

/** From a token's vector to what the first layer reads. */
function enter(build: GraphBuilder, side: SidePorts, spec: EncoderSpec, hidden: string): string {
  const { learnedPositions, tokenTypes, norm, config } = spec;
  const { embeddingSize, hiddenSize } = config;
  const row = (table: string, rows: string) =>
    build.add('Gather', [table, rows], { attributes: { axis: 0 } });
  let stream = hidden;
  if (tokenTypes) {
    const table = build.weight('tokenTypes', [tokenTypes, embeddingSize]);
    stream = build.add('Add', [stream, row(table, build.ints([0]))]);
  }
  if (learnedPositions) {
    const { count, offset } = learnedPositions;
    const table = build.weight('positionEmbeddings', [count, embeddingSize]);
    const places = offset ? build.add('Add', [side.positions(), build.ints([offset])]) : side.positions();
    stream = build.add('Add', [stream, row(table, places)]);
  }
  stream = normalise(build, norm, stream, 'embeddingNorm', embeddingSize);
  if (embeddingSize === hiddenSize) return stream;
  return linear(build, stream, 'projectIn', { size: [hiddenSize, embeddingSize], bias: true });
}

function addLayer(
  build: GraphBuilder,
  side: SidePorts,
  spec: EncoderSpec,
  stream: string,
  layer: number,
): string {
  const name = `layers.${spec.sharedLayers ? 0 : layer}`;
  const norm = (value: string, part: string) =>
    normalise(build, spec.norm, value, `${name}.${part}`, spec.config.hiddenSize);
  const attend = (value: string) =>
    selfAttention(build, side, spec.attention(layer), { name: `${name}.attention`, value }).output;
  const feed = (value: string) => feedForward(build, spec.feedForward, value, `${name}.feedForward`);
  const add = (a: string, b: string) => build.add('Add', [a, b]);
  if (spec.normPlace === 'after') {
    const middle = norm(add(stream, attend(stream)), 'attentionNorm');
    return norm(add(middle, feed(middle)), 'feedForwardNorm');
  }
  const first = spec.firstNormLess && layer === 0;
  const middle = add(stream, attend(first ? stream : norm(stream, 'attentionNorm')));
  return add(middle, feed(norm(middle, 'feedForwardNorm')));
}

/** Dense product, activation, norm, output matrix. */
function buildHead({ config, norm, head }: EncoderSpec, over: 'all' | 'chosen'): Head {
  if (!head) throw new Error('an encoder without head has no logits');
  const { hiddenSize, embeddingSize: width } = config;
  const { tied, activation, outputBias: bias } = head;
  return wordHead(
    {
      config,
      tied,
      bias,
      before(build, hidden) {
        const dense = linear(build, hidden, 'head.dense', { size: [width, hiddenSize], bias: head.bias });
        return normalise(build, norm, ACTIVATIONS[activation](build, dense), 'head.norm', width);
      },
    },
    over,
  );
}

/** The graphs that together ask for all of an encoder's weights. */
export function encoderGraphs(model: LanguageModel): Graph[] {
  const layers = model.stage(0, model.config.layers).graph;
  return model.config.kind === 'encoder' ? [layers] : [layers, model.head('all').graph];
}

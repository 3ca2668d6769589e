import { type GraphBuilder, newGraph } from '../../graph/builder';
import { floatsInitializer } from '../../graph/constants';
import type { Graph } from '../../graph/graph';
import { type Head, type KeyValuePorts, type LanguageModel, SIZES, type Stage } from '../languageModel';
import type { ModelConfig } from '../modelConfig';
import { type Norm, normalise } from './blocks';
import { type FeedForward, feedForward } from './feedForward';
import { type RelativePositions, relativeBias } from './relativePositions';
import { type SelfAttention, selfAttention } from './selfAttention';
import { SidePorts } from './sidePorts';
import { sourceAttention, sourceKeysAndValues } from './sourceAttention';
import { wordHead } from './wordHead';

/** One of the two halves of an encoder-decoder. */
export interface HalfSpec {
  layers: number;
  attention: SelfAttention;
  feedForward: FeedForward;
}

/**
 * What tells one family of encoder-decoders from another. Weights of the encoder are named `encoder.…`, those of the decoder
 * as a decoder's, whatever the family.
 */
export interface EncoderDecoderSpec {
  /** Layers, heads and the cache are the decoder's. */
  config: ModelConfig;
  encoder: HalfSpec;
  decoder: HalfSpec;
  norm: Norm;
  /** `before`: each part of a layer reads the normalised stream and adds to it. `after`: the sum is normalised. */
  normPlace: 'before' | 'after';
  /** The last states of each half are normalised. */
  finalNorm: boolean;
  /** How the order of tokens is known: in the attention, or by a vector that is added for each position. */
  positions:
    | ({ kind: 'relative' } & RelativePositions)
    /** From row `offset` of a table on. */
    | { kind: 'learned'; count: number; offset: number }
    | { kind: 'sinusoidal'; count: number };
  /** The sum of token and position is normalised. */
  embeddingNorm: boolean;
  /** What the token table is multiplied with when it is read. */
  embeddingScale?: number;
  tiedHead: boolean;
  /** The decoder's states are multiplied with it before the head. */
  headScale?: number;
  headBias?: boolean;
}

/** A language model that reads with an encoder and writes with a decoder. */
export function encoderDecoderModel(spec: EncoderDecoderSpec): LanguageModel {
  return {
    config: spec.config,
    embeddings: 'embeddings',
    embeddingScale: spec.embeddingScale,
    outputMatrix: spec.tiedHead ? 'embeddings' : 'head.weight',
    outputBias: spec.headBias ? 'head.bias' : undefined,
    rotary: [],
    encoder: {
      layers: spec.encoder.layers,
      stage: (from, to) => buildEncoder(spec, from, to),
    },
    stage: (from, to) => buildDecoder(spec, from, to),
    head: (words) => buildHead(spec, words),
  };
}

/** All graphs of an encoder-decoder, for a list of its weights. */
export function encoderDecoderGraphs(model: LanguageModel): Graph[] {
  const { config, encoder } = model;
  const stages = [encoder!.stage(0, encoder!.layers), model.stage(0, config.layers)];
  return [...stages.map(({ graph }) => graph), model.head('all').graph];
}

function buildEncoder(spec: EncoderDecoderSpec, from: number, to: number): Stage {
  const { config, encoder, decoder } = spec;
  const build = newGraph(`encoder layers ${from} to ${to - 1}`);
  const side = new SidePorts(build, false);
  const hidden = build.input('hidden', 'float32', [SIZES.rows, SIZES.length, config.hiddenSize]);
  let stream = from === 0 ? enter(build, side, spec, hidden, 'encoder.') : hidden;
  const bias = biasOf(build, side, spec, encoder, 'encoder.');
  for (let layer = from; layer < to; layer++) {
    const name = `encoder.layers.${layer}`;
    stream = residual(build, spec, stream, `${name}.attentionNorm`, (value) => {
      const attention = { name: `${name}.attention`, value, bias };
      return selfAttention(build, side, encoder.attention, attention).output;
    });
    stream = residual(build, spec, stream, `${name}.feedForwardNorm`, (value) =>
      feedForward(build, encoder.feedForward, value, `${name}.feedForward`),
    );
  }
  const present: KeyValuePorts[] = [];
  if (to === encoder.layers) {
    if (spec.finalNorm) stream = normalise(build, spec.norm, stream, 'encoder.norm', config.hiddenSize);
    for (let layer = 0; layer < decoder.layers; layer++) {
      present.push(sourceKeysAndValues(build, decoder.attention, stream, `layers.${layer}.source`));
    }
  }
  build.output(stream);
  for (const { keys, values } of present) {
    build.output(keys);
    build.output(values);
  }
  return { graph: build.graph, ports: { hidden, side: side.list, past: [], present, output: stream } };
}

function buildDecoder(spec: EncoderDecoderSpec, from: number, to: number): Stage {
  const { config, decoder } = spec;
  const { heads, headSize } = decoder.attention;
  const build = newGraph(`layers ${from} to ${to - 1}`);
  const side = new SidePorts(build, true);
  const hidden = build.input('hidden', 'float32', [SIZES.rows, SIZES.length, config.hiddenSize]);
  const inputs = (name: string, rows: 1 | string, tokens: string) => ({
    keys: build.input(`${name}.keys`, 'float32', [rows, heads, tokens, headSize]),
    values: build.input(`${name}.values`, 'float32', [rows, heads, tokens, headSize]),
  });
  const past: KeyValuePorts[] = [];
  const present: KeyValuePorts[] = [];
  const source: KeyValuePorts[] = [];
  let stream = from === 0 ? enter(build, side, spec, hidden, '') : hidden;
  const bias = biasOf(build, side, spec, decoder, '');
  for (let layer = from; layer < to; layer++) {
    const name = `layers.${layer}`;
    const before = inputs(`past.${layer}`, 1, SIZES.past);
    const read = inputs(`source.${layer}`, SIZES.rows, SIZES.source);
    past.push(before);
    source.push(read);
    stream = residual(build, spec, stream, `${name}.attentionNorm`, (value) => {
      const attention = { name: `${name}.attention`, value, past: before, bias };
      const attended = selfAttention(build, side, decoder.attention, attention);
      present.push(attended.present);
      return attended.output;
    });
    stream = residual(build, spec, stream, `${name}.sourceNorm`, (value) =>
      sourceAttention(build, side, decoder.attention, { name: `${name}.source`, value, source: read }),
    );
    stream = residual(build, spec, stream, `${name}.feedForwardNorm`, (value) =>
      feedForward(build, decoder.feedForward, value, `${name}.feedForward`),
    );
  }
  build.output(stream);
  for (const { keys, values } of present) {
    build.output(keys);
    build.output(values);
  }
  return { graph: build.graph, ports: { hidden, side: side.list, past, present, source, output: stream } };
}

/** From tokens' vectors to what the first layer of a half reads. */
function enter(
  build: GraphBuilder,
  side: SidePorts,
  { config, norm, positions, embeddingNorm }: EncoderDecoderSpec,
  hidden: string,
  half: string,
): string {
  const { hiddenSize } = config;
  let stream = hidden;
  if (positions.kind !== 'relative') {
    const [table, offset] =
      positions.kind === 'learned'
        ? [build.weight(`${half}positionTable`, [positions.count, hiddenSize]), positions.offset]
        : [sinusoids(build, positions.count, hiddenSize), 0];
    const rows = offset ? build.add('Add', [side.positions(), build.ints([offset])]) : side.positions();
    stream = build.add('Add', [stream, build.add('Gather', [table, rows], { attributes: { axis: 0 } })]);
  }
  return embeddingNorm ? normalise(build, norm, stream, `${half}embeddingNorm`, hiddenSize) : stream;
}

/** Sines in the first half of a position's vector, cosines in the second. */
function sinusoids(build: GraphBuilder, count: number, size: number): string {
  const half = Math.ceil(size / 2);
  const values = Float32Array.from({ length: count * size }, (_, i) => {
    const column = i % size;
    const angle = Math.floor(i / size) / 10_000 ** ((2 * (column % half)) / size);
    return column < half ? Math.sin(angle) : Math.cos(angle);
  });
  return build.initializer('positionTable', floatsInitializer(values, [count, size]));
}

/** What relative positions add to the scores; every layer of a half has the same. */
function biasOf(
  build: GraphBuilder,
  side: SidePorts,
  { positions }: EncoderDecoderSpec,
  { attention }: HalfSpec,
  half: 'encoder.' | '',
): string | undefined {
  if (positions.kind !== 'relative') return undefined;
  return relativeBias(build, side, positions, {
    name: `${half}relativeBias`,
    heads: attention.heads,
    bothWays: half === 'encoder.',
  });
}

/** A part of a layer on the stream of hidden states. */
function residual(
  build: GraphBuilder,
  { config, norm, normPlace }: EncoderDecoderSpec,
  stream: string,
  normName: string,
  part: (value: string) => string,
): string {
  const normal = (value: string) => normalise(build, norm, value, normName, config.hiddenSize);
  return normPlace === 'before'
    ? build.add('Add', [stream, part(normal(stream))])
    : normal(build.add('Add', [stream, part(stream)]));
}

function buildHead(spec: EncoderDecoderSpec, over: 'all' | 'chosen'): Head {
  const { config, norm, headScale: scale, tiedHead: tied, headBias: bias } = spec;
  return wordHead(
    {
      config,
      tied,
      bias,
      before(build, hidden) {
        const states = spec.finalNorm ? normalise(build, norm, hidden, 'norm', config.hiddenSize) : hidden;
        return scale === undefined ? states : build.add('Mul', [states, build.scalar(scale)]);
      },
    },
    over,
  );
}

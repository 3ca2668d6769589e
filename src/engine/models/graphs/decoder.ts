import { type GraphBuilder, newGraph } from '../../graph/builder';
import { MICROSOFT } from '../../graph/graph';
import { type Head, type KeyValuePorts, type LanguageModel, SIZES, type Stage } from '../languageModel';
import { linear, normalise, softCap } from './blocks';
import type { DecoderSpec } from './decoderSpec';
import { feedForward } from './feedForward';
import { selfAttention } from './selfAttention';
import { SidePorts } from './sidePorts';
import { canTurn, turnedWeights } from './turnedWeights';
import { wordHead } from './wordHead';

/** The weight that turns hidden states, [hidden size, hidden size]. */
export const ROTATION = 'rotation';

/** A causal language model with a cache of keys and values. */
export function decoderModel(spec: DecoderSpec): LanguageModel {
  const { config } = spec;
  return {
    config,
    embeddings: 'embeddings',
    embeddingScale: spec.embeddingScale,
    outputMatrix: spec.tiedHead ? 'embeddings' : 'head.weight',
    outputWidth: config.embeddingSize,
    outputBias: spec.headBias ? 'head.bias' : undefined,
    stage: (from, to) => buildStage(spec, from, to),
    head: (words) => buildHead(spec, words),
    rotary: spec.rotary,
    ...(canTurn(spec) &&
      !spec.turned && {
        turned: () => ({
          model: decoderModel({ ...spec, turned: true }),
          rotation: ROTATION,
          weights: turnedWeights(spec),
        }),
      }),
  };
}

function buildStage(spec: DecoderSpec, from: number, to: number): Stage {
  const { config } = spec;
  const build = newGraph(`layers ${from} to ${to - 1}`);
  const side = new SidePorts(build, true);
  const width = from === 0 ? config.embeddingSize : config.hiddenSize;
  const hidden = build.input('hidden', 'float32', [SIZES.rows, SIZES.length, width]);
  const past: KeyValuePorts[] = [];
  const present: KeyValuePorts[] = [];
  let stream = from === 0 ? enter(build, side, spec, hidden) : hidden;
  for (let layer = from; layer < to; layer++) {
    const attention = spec.attention(layer);
    const shape = [1, attention.keyValueHeads, SIZES.past, attention.headSize];
    const before = {
      keys: build.input(`past.${layer}.keys`, 'float32', shape),
      values: build.input(`past.${layer}.values`, 'float32', shape),
    };
    const name = `layers.${layer}`;
    const attend = (value: string) => {
      const attended = selfAttention(build, side, attention, {
        name: `${name}.attention`,
        value,
        past: before,
        shared: true,
      });
      present.push(attended.present);
      return attended.output;
    };
    stream = addHalves(build, spec, stream, name, attend);
    past.push(before);
  }
  if (spec.turned && to === config.layers) stream = turn(build, spec, stream, 'back');
  build.output(stream);
  for (const { keys, values } of present) {
    build.output(keys);
    build.output(values);
  }
  return { graph: build.graph, ports: { hidden, side: side.list, past, present, output: stream } };
}

/** From a token's vector to what the first layer reads. */
function enter(build: GraphBuilder, side: SidePorts, spec: DecoderSpec, hidden: string): string {
  const { config, learnedPositions, inputScale } = spec;
  const { embeddingSize, hiddenSize } = config;
  let stream = hidden;
  if (inputScale !== undefined) stream = build.add('Mul', [stream, build.scalar(inputScale)]);
  if (embeddingSize !== hiddenSize) {
    stream = linear(build, stream, 'projectIn', { size: [hiddenSize, embeddingSize] });
  }
  if (learnedPositions) {
    const table = build.weight('positionEmbeddings', [learnedPositions.count, hiddenSize]);
    const rows = learnedPositions.offset
      ? build.add('Add', [side.positions(), build.ints([learnedPositions.offset])])
      : side.positions();
    stream = build.add('Add', [stream, build.add('Gather', [table, rows], { attributes: { axis: 0 } })]);
  }
  return spec.turned ? turn(build, spec, stream, 'in') : stream;
}

/** x · Q, or x · Qᵀ. */
function turn(build: GraphBuilder, { config }: DecoderSpec, stream: string, way: 'in' | 'back'): string {
  const { hiddenSize } = config;
  const rotation = build.weight(ROTATION, [hiddenSize, hiddenSize]);
  return way === 'in'
    ? build.add('MatMul', [stream, rotation])
    : build.add('FusedMatMul', [stream, rotation], { domain: MICROSOFT, attributes: { transB: 1 } });
}

/** A layer's two halves, attention and feed-forward, on the stream of hidden states. */
function addHalves(
  build: GraphBuilder,
  spec: DecoderSpec,
  stream: string,
  name: string,
  attend: (value: string) => string,
): string {
  const { hiddenSize } = spec.config;
  const kind = spec.turned ? { ...spec.norm, plain: true } : spec.norm;
  const norm = (value: string, part: string) => normalise(build, kind, value, `${name}.${part}`, hiddenSize);
  const feed = (value: string) => feedForward(build, spec.feedForward, value, `${name}.feedForward`);
  const add = (a: string, b: string) => build.add('Add', [a, b]);
  switch (spec.normPlace) {
    case 'before': {
      const middle = add(stream, attend(norm(stream, 'attentionNorm')));
      return add(middle, feed(norm(middle, 'feedForwardNorm')));
    }
    case 'after': {
      const middle = norm(add(stream, attend(stream)), 'attentionNorm');
      return norm(add(middle, feed(middle)), 'feedForwardNorm');
    }
    case 'both': {
      const attended = norm(attend(norm(stream, 'attentionNorm')), 'attentionOutputNorm');
      const middle = add(stream, attended);
      return add(middle, norm(feed(norm(middle, 'feedForwardNorm')), 'feedForwardOutputNorm'));
    }
    case 'parallel': {
      const attended = add(stream, attend(norm(stream, 'attentionNorm')));
      return add(attended, feed(norm(stream, 'feedForwardNorm')));
    }
  }
}

function buildHead(spec: DecoderSpec, over: 'all' | 'chosen'): Head {
  const { config, norm, tiedHead: tied, headBias: bias, softCap: cap } = spec;
  const { hiddenSize, embeddingSize: width } = config;
  return wordHead(
    {
      config,
      tied,
      bias,
      before(build, hidden) {
        const states = spec.finalNorm ? normalise(build, norm, hidden, 'norm', hiddenSize) : hidden;
        return width === hiddenSize
          ? states
          : linear(build, states, 'projectOut', { size: [width, hiddenSize] });
      },
      after: (build, logits) => (cap === undefined ? logits : softCap(build, logits, cap)),
    },
    over,
  );
}

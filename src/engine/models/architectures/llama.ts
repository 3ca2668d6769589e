import { type GraphBuilder, newGraph } from '../../graph/builder';
import { MICROSOFT } from '../../graph/graph';
import type { ModelConfig } from '../checkpoint';
import { type Head, type KeyValuePorts, type LanguageModel, SIZES, type Stage } from '../languageModel';

/**
 * The Llama family (Touvron et al., 2023): RMS normalisation before attention and feed-forward, rotary positions,
 * grouped-query attention, SiLU-gated feed-forward, no biases.
 */
export function buildLlama(config: ModelConfig): LanguageModel {
  return {
    config,
    embeddings: 'model.embed_tokens.weight',
    outputMatrix: outputMatrix(config),
    stage: (from, to) => buildStage(config, from, to),
    head: (words) => buildHead(config, words),
    rotaryFrequencies: rotaryFrequencies(config),
  };
}

const outputMatrix = (config: ModelConfig) =>
  config.tiedHead ? 'model.embed_tokens.weight' : 'lm_head.weight';

/** Angle per position of each pair of dimensions: [head size / 2]. */
function rotaryFrequencies({ headSize, ropeTheta }: ModelConfig): Float64Array {
  return Float64Array.from({ length: headSize / 2 }, (_, pair) => ropeTheta ** ((-2 * pair) / headSize));
}

interface LayerContext {
  build: GraphBuilder;
  config: ModelConfig;
  positions: string;
  mask: string;
  rowsShape: string;
  cosines: string;
  sines: string;
}

function buildStage(config: ModelConfig, from: number, to: number): Stage {
  const build = newGraph(`layers ${from} to ${to - 1}`);
  const hidden = build.input('hidden', 'float32', [SIZES.rows, SIZES.length, config.hiddenSize]);
  const positions = build.input('positions', 'int64', [SIZES.rows, SIZES.length]);
  const mask = build.input('mask', 'float32', [
    SIZES.maskRows,
    1,
    SIZES.length,
    `${SIZES.length} + ${SIZES.past}`,
  ]);
  const rowsShape = build.input('rowsShape', 'int64', [4]);
  const pairs = config.headSize / 2;
  const cosines = build.input('cosines', 'float32', [SIZES.places, pairs]);
  const sines = build.input('sines', 'float32', [SIZES.places, pairs]);
  const context = { build, config, positions, mask, rowsShape, cosines, sines };

  const past: KeyValuePorts[] = [];
  const present: KeyValuePorts[] = [];
  let stream = hidden;
  for (let layer = from; layer < to; layer++) {
    const shape = [1, config.keyValueHeads, SIZES.past, config.headSize];
    const before = {
      keys: build.input(`past.${layer}.keys`, 'float32', shape),
      values: build.input(`past.${layer}.values`, 'float32', shape),
    };
    const attended = attention(context, layer, stream, before);
    stream = feedForward(context, layer, attended.stream);
    past.push(before);
    present.push(attended.present);
  }
  build.output(stream);
  for (const { keys, values } of present) {
    build.output(keys);
    build.output(values);
  }
  return {
    graph: build.graph,
    ports: { hidden, positions, mask, rowsShape, cosines, sines, past, present, output: stream },
  };
}

function attention(c: LayerContext, layer: number, stream: string, past: KeyValuePorts) {
  const { build, config } = c;
  const { heads, keyValueHeads, headSize } = config;
  const [queryWidth, keyWidth] = [heads * headSize, keyValueHeads * headSize];
  const prefix = `model.layers.${layer}.self_attn`;

  const normal = rmsNorm(build, config, stream, `model.layers.${layer}.input_layernorm.weight`);
  const project = (part: string, width: number) =>
    linear(build, normal, [width, config.hiddenSize], `${prefix}.${part}.weight`);
  const rotate = (value: string) =>
    build.add('RotaryEmbedding', [value, c.positions, c.cosines, c.sines], { domain: MICROSOFT });
  const queries = rotate(project('q_proj', queryWidth));
  const newKeys = rotate(project('k_proj', keyWidth));
  const newValues = project('v_proj', keyWidth);

  const byHead = (value: string, count: number) =>
    swapHeads(build, build.add('Reshape', [value, build.ints([0, 0, count, headSize])]));
  const afterPast = (before: string, value: string) =>
    build.add('Concat', [build.add('Expand', [before, c.rowsShape]), byHead(value, keyValueHeads)], {
      attributes: { axis: 2 },
    });
  const keys = afterPast(past.keys, newKeys);
  const values = afterPast(past.values, newValues);

  // Query heads that share a key head are stacked along the tokens, so that keys need not be repeated.
  const stacked = build.add('Reshape', [
    byHead(queries, heads),
    build.ints([0, keyValueHeads, -1, headSize]),
  ]);
  const scores = build.add('FusedMatMul', [stacked, keys], {
    domain: MICROSOFT,
    attributes: { transB: 1, alpha: { kind: 'float', value: 1 / Math.sqrt(headSize) } },
  });
  const byQueryHead = build.add('Reshape', [scores, build.ints([0, heads, -1, 0])]);
  const masked = build.add('Add', [byQueryHead, c.mask]);
  const probabilities = build.add('Softmax', [masked], { attributes: { axis: -1 } });
  const weights = build.add('Reshape', [probabilities, build.ints([0, keyValueHeads, -1, 0])]);
  const mixed = build.add('Reshape', [
    build.add('MatMul', [weights, values]),
    build.ints([0, heads, -1, headSize]),
  ]);
  const flat = build.add('Reshape', [swapHeads(build, mixed), build.ints([0, 0, queryWidth])]);
  const out = linear(build, flat, [config.hiddenSize, queryWidth], `${prefix}.o_proj.weight`);
  return { stream: build.add('Add', [stream, out]), present: { keys, values } };
}

function feedForward({ build, config }: LayerContext, layer: number, stream: string): string {
  const { hiddenSize, intermediateSize: width } = config;
  const prefix = `model.layers.${layer}`;
  const normal = rmsNorm(build, config, stream, `${prefix}.post_attention_layernorm.weight`);
  // Two products rather than one and a Split: the halves need not be copied, forward or backward.
  const gate = linear(build, normal, [width, hiddenSize], `${prefix}.mlp.gate_proj.weight`);
  const up = linear(build, normal, [width, hiddenSize], `${prefix}.mlp.up_proj.weight`);
  const alpha = { kind: 'float' as const, value: 1 };
  const silu = build.add('QuickGelu', [gate], { domain: MICROSOFT, attributes: { alpha } });
  const gated = build.add('Mul', [silu, up]);
  const out = linear(build, gated, [hiddenSize, width], `${prefix}.mlp.down_proj.weight`);
  return build.add('Add', [stream, out]);
}

function buildHead(config: ModelConfig, over: 'all' | 'chosen'): Head {
  const build = newGraph(`head over ${over} words`);
  const hidden = build.input('hidden', 'float32', ['readouts', config.hiddenSize]);
  const normal = rmsNorm(build, config, hidden, 'model.norm.weight');
  const words =
    over === 'chosen'
      ? build.input('words', 'float32', ['words', config.hiddenSize])
      : build.weight('outputMatrix', [config.vocabularySize, config.hiddenSize], [outputMatrix(config)]);
  const logits = build.add('FusedMatMul', [normal, words], { domain: MICROSOFT, attributes: { transB: 1 } });
  build.output(logits);
  return { graph: build.graph, ports: { hidden, ...(over === 'chosen' ? { words } : {}), logits } };
}

function rmsNorm(build: GraphBuilder, config: ModelConfig, value: string, tensor: string): string {
  const gain = build.weight(tensor, [config.hiddenSize], [tensor]);
  const attributes = { axis: -1, epsilon: { kind: 'float' as const, value: config.normEpsilon } };
  // Two outputs: the second, 1 / rms, is what the gradient needs.
  return build.addMany('SimplifiedLayerNormalization', [value, gain], { attributes, outputs: 2 })[0]!;
}

/** x Wᵀ with W [out, in] as checkpoints store it. */
function linear(build: GraphBuilder, value: string, shape: readonly number[], tensor: string): string {
  const weight = build.weight(tensor, shape, [tensor]);
  return build.add('FusedMatMul', [value, weight], { domain: MICROSOFT, attributes: { transB: 1 } });
}

/** [rows, a, b, size] to [rows, b, a, size]. */
function swapHeads(build: GraphBuilder, value: string): string {
  return build.add('Transpose', [value], { attributes: { perm: { kind: 'ints', value: [0, 2, 1, 3] } } });
}

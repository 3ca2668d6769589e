import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import type { GgufValue } from '../gguf/header';
import type { RotaryPositions } from '../rotaryScaling';
import type { FileTensors } from './family';
import type { GatedDecoder } from './gatedDecoder';
import type { Places } from './parameters';
import { contradictorySettings, count, layerCount, parseGgufSettings, unsupportedSetting } from './settings';

const positive = z.number().positive();

/** GGUF metadata that all gated decoders have. */
export const gatedGguf = z.looseObject({
  block_count: layerCount,
  context_length: count,
  embedding_length: count,
  feed_forward_length: count,
  'attention.head_count': count,
  'attention.head_count_kv': count.optional(),
  'attention.key_length': count.optional(),
  'attention.value_length': count.optional(),
  'attention.layer_norm_rms_epsilon': positive,
  // 0: none.
  'attention.sliding_window': z.int().nonnegative().optional(),
  'attention.causal': z.boolean().optional(),
  'rope.dimension_count': count.optional(),
  'rope.freq_base': positive.optional(),
  'rope.scale_linear': positive.optional(),
  'rope.scaling.type': z.string().optional(),
  'rope.scaling.factor': z.number().nonnegative().optional(),
  'rope.scaling.attn_factor': positive.optional(),
  'rope.scaling.original_context_length': count.optional(),
  'rope.scaling.yarn_beta_fast': positive.optional(),
  'rope.scaling.yarn_beta_slow': positive.optional(),
});

export type GatedGguf = z.infer<typeof gatedGguf>;

/** Settings that llama.cpp has for other models and that change what comes out. */
const REFUSED = [
  'attention.scale',
  'attention.clamp_kqv',
  'attention.max_alibi_bias',
  'attention.temperature_scale',
  'logit_scale',
  'residual_scale',
  'embedding_scale',
];

/** A file's metadata as a plain model. */
export function gatedFromGguf(
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: FileTensors,
): GatedDecoder & { settings: GatedGguf } {
  const settings = parseGgufSettings(gatedGguf, metadata, tensors);
  for (const name of REFUSED) if (settings[name]) throw unsupportedSetting(tensors, l10n`a setting ${name}`);
  if (settings['attention.causal'] === false) {
    throw unsupportedSetting(tensors, l10n`attention in both directions (attention.causal)`);
  }
  const hiddenSize = settings.embedding_length;
  const heads = settings['attention.head_count'];
  const headSize = settings['attention.key_length'] ?? hiddenSize / heads;
  const valueSize = settings['attention.value_length'] ?? headSize;
  if (valueSize !== headSize) {
    throw unsupportedSetting(
      tensors,
      l10n`keys of ${headSize} and values of ${valueSize} (attention.value_length)`,
    );
  }
  return {
    settings,
    config: {
      architecture: String(metadata.get('general.architecture')),
      kind: 'decoder',
      hiddenSize,
      embeddingSize: hiddenSize,
      layers: settings.block_count,
      heads,
      keyValueHeads: settings['attention.head_count_kv'] ?? heads,
      headSize,
      vocabularySize: vocabularySize(tensors),
      contextLength: settings.context_length,
    },
    intermediateSize: settings.feed_forward_length,
    activation: 'silu',
    // Stored as float32: 1e-5 comes back as 9.999999747378752e-6, which is what the model was converted with.
    normEpsilon: settings['attention.layer_norm_rms_epsilon'],
    tiedHead: !tensors.shapeOf('output.weight'),
    rotary: [rotaryPositions(settings, headSize, tensors)],
    places: GGUF_PLACES,
  };
}

/** Rows of a GGUF file's token table. */
export function vocabularySize(tensors: FileTensors): number {
  const rows = tensors.shapeOf('token_embd.weight')?.[0];
  if (rows === undefined) throw contradictorySettings(tensors, l10n`it has no tensor token_embd.weight`);
  return rows;
}

function rotaryPositions(settings: GatedGguf, headSize: number, tensors: FileTensors): RotaryPositions {
  const linear = settings['rope.scale_linear'] ?? 1;
  const type = settings['rope.scaling.type'] ?? (linear === 1 ? 'none' : 'linear');
  const short = factorsIn(tensors, 'rope_factors_short.weight');
  return {
    rope_type: short ? 'longrope' : type === 'none' ? 'default' : type,
    rope_theta: settings['rope.freq_base'] ?? 10_000,
    factor: settings['rope.scaling.factor'] || (linear === 1 ? undefined : linear),
    attention_factor: settings['rope.scaling.attn_factor'],
    original_max_position_embeddings: settings['rope.scaling.original_context_length'],
    beta_fast: settings['rope.scaling.yarn_beta_fast'],
    beta_slow: settings['rope.scaling.yarn_beta_slow'],
    short_factor: short && Array.from(short),
    // Llama 3's scaling comes as what each frequency is divided by.
    divisors: factorsIn(tensors, 'rope_freqs.weight'),
    size: settings['rope.dimension_count'] ?? headSize,
    contextLength: settings.context_length,
  };
}

/** Factors of rotary frequencies. Where only shapes are known, as for a list of models, there are none. */
function factorsIn(tensors: FileTensors, name: string): Float32Array | undefined {
  const shape = tensors.shapeOf(name);
  if (!shape || !tensors.values) return undefined;
  const values = tensors.values(name);
  if (!values) throw contradictorySettings(tensors, l10n`${name} is [${shape.join(', ')}]`);
  return values;
}

/** llama.cpp's names of a decoder's weights, the same for all families. */
export const GGUF_PLACES: Places = {
  embeddings: 'token_embd',
  positionEmbeddings: 'position_embd',
  'layers.#.attentionNorm': 'blk.#.attn_norm',
  'layers.#.attention.query': 'blk.#.attn_q',
  'layers.#.attention.key': 'blk.#.attn_k',
  'layers.#.attention.value': 'blk.#.attn_v',
  'layers.#.attention.output': 'blk.#.attn_output',
  'layers.#.attention.queryNorm': 'blk.#.attn_q_norm',
  'layers.#.attention.keyNorm': 'blk.#.attn_k_norm',
  'layers.#.attentionOutputNorm': 'blk.#.post_attention_norm',
  'layers.#.feedForwardNorm': 'blk.#.ffn_norm',
  'layers.#.feedForward.gate': 'blk.#.ffn_gate',
  'layers.#.feedForward.up': 'blk.#.ffn_up',
  'layers.#.feedForward.down': 'blk.#.ffn_down',
  'layers.#.feedForwardOutputNorm': 'blk.#.post_ffw_norm',
  norm: 'output_norm',
  head: 'output',
};

/**
 * A decoder of those whose heads llama.cpp turns in pairs: it stores each head's rows as (0, h/2, 1, h/2 + 1, …), ours are the first
 * halves of all pairs, then the second halves.
 */
export function turnedInPairs<Decoder extends GatedDecoder>(decoder: Decoder, tensors: FileTensors): Decoder {
  const { headSize } = decoder.config;
  const { size } = decoder.rotary[0]!;
  if (size !== headSize) {
    throw unsupportedSetting(
      tensors,
      l10n`rotary positions on ${size} of ${headSize} values of a head (rope.dimension_count)`,
    );
  }
  const rows = (row: number) => {
    const within = row % headSize;
    return row - within + (within % (headSize / 2)) * 2 + (within < headSize / 2 ? 0 : 1);
  };
  const places: Places = {
    ...decoder.places,
    'layers.#.attention.query': { tensor: 'blk.#.attn_q', rows },
    'layers.#.attention.key': { tensor: 'blk.#.attn_k', rows },
  };
  return { ...decoder, places };
}

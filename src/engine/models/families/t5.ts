import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import type { Activation } from '../graphs/blocks';
import { encoderDecoderGraphs, encoderDecoderModel } from '../graphs/encoderDecoder';
import type { ModelConfig } from '../modelConfig';
import { checkAnswerTokens } from './answerTokens';
import type { Architecture, Family, FileTensors } from './family';
import { parametersOf } from './parameters';
import {
  activationNamed,
  contradictorySettings,
  count,
  layerCount,
  parseGgufSettings,
  parseSettings,
} from './settings';

/**
 * T5 (Raffel et al., 2020), T5 1.1 and Flan-T5 (gated feed-forward, a head of its own) and mT5 (Xue et al., 2021): relative
 * positions, RMS normalisation, scores that are not scaled, no biases.
 */
export const t5: Family = {
  modelTypes: ['t5', 'mt5'],
  ggufArchitectures: ['t5'],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    const { d_model: hiddenSize, num_heads: heads, feed_forward_proj } = settings;
    const [activation, gated] = activationOf(feed_forward_proj ?? DEFAULT_ACTIVATIONS[settings.model_type]!);
    // T5 1.1 says that its head is not tied, and so is not scaled, even where its file has no other.
    const scaledHead = settings.model_type === 't5' && settings.tie_word_embeddings !== false;
    return architecture(tensors, CONFIG_NAMES, {
      architecture: settings.model_type,
      kind: 'encoder-decoder',
      hiddenSize,
      embeddingSize: hiddenSize,
      intermediateSize: settings.d_ff,
      layers: settings.num_decoder_layers ?? settings.num_layers,
      encoder: { layers: settings.num_layers, heads },
      heads,
      keyValueHeads: heads,
      headSize: settings.d_kv,
      vocabularySize: settings.vocab_size,
      contextLength: settings.n_positions ?? TRAINED_LENGTH,
      decoderStart: settings.decoder_start_token_id ?? settings.pad_token_id ?? 0,
      activation: activationNamed(activation, tensors, 'feed_forward_proj'),
      gated,
      buckets: settings.relative_attention_num_buckets,
      furthest: settings.relative_attention_max_distance ?? FURTHEST,
      normEpsilon: settings.layer_norm_epsilon,
      tiedHead: scaledHead || !tensors.shapeOf('lm_head.weight'),
      scaledHead,
    });
  },

  fromGguf(metadata, tensors) {
    const settings = parseGgufSettings(ggufSchema, metadata, tensors);
    const { embedding_length: hiddenSize, 'attention.head_count': heads } = settings;
    const gated = tensors.shapeOf('enc.blk.0.ffn_gate.weight') !== undefined;
    const tiedHead = !tensors.shapeOf('output.weight');
    const pad = metadata.get('tokenizer.ggml.padding_token_id');
    return architecture(tensors, GGUF_NAMES, {
      architecture: 't5',
      kind: 'encoder-decoder',
      hiddenSize,
      embeddingSize: hiddenSize,
      intermediateSize: settings.feed_forward_length,
      layers: settings.decoder_block_count ?? settings.block_count,
      encoder: { layers: settings.block_count, heads },
      heads,
      keyValueHeads: heads,
      headSize: settings['attention.key_length'] ?? hiddenSize / heads,
      vocabularySize: tensors.shapeOf('token_embd.weight')?.[0] ?? 0,
      contextLength: settings.context_length,
      decoderStart: settings.decoder_start_token_id ?? Number(pad ?? 0),
      activation: gated ? 'gelu_new' : 'relu',
      gated,
      buckets: settings['attention.relative_buckets_count'],
      furthest: FURTHEST,
      normEpsilon: settings['attention.layer_norm_rms_epsilon'] ?? settings['attention.layer_norm_epsilon']!,
      tiedHead,
      scaledHead: tiedHead,
    });
  },
};

/** What all T5 models were trained with; GGUF files do not say it. */
const FURTHEST = 128;
const TRAINED_LENGTH = 512;

const DEFAULT_ACTIVATIONS: Record<string, string> = { t5: 'relu', mt5: 'gated-gelu' };

/** `gated-gelu` was always the approximation with tanh. */
function activationOf(name: string): [activation: string, gated: boolean] {
  if (name === 'gated-gelu') return ['gelu_new', true];
  return name.startsWith('gated-') ? [name.slice('gated-'.length), true] : [name, false];
}

const token = z.int().nonnegative();

const configSchema = z.object({
  model_type: z.enum(['t5', 'mt5']),
  vocab_size: count,
  d_model: count,
  d_kv: count,
  d_ff: count,
  num_layers: layerCount,
  num_decoder_layers: layerCount.nullish(),
  num_heads: count,
  relative_attention_num_buckets: count,
  relative_attention_max_distance: count.optional(),
  layer_norm_epsilon: z.number().positive(),
  feed_forward_proj: z.string().optional(),
  n_positions: count.nullish(),
  pad_token_id: token.nullish(),
  decoder_start_token_id: token.nullish(),
  tie_word_embeddings: z.boolean().optional(),
});

const ggufSchema = z
  .object({
    block_count: layerCount,
    decoder_block_count: layerCount.optional(),
    context_length: count,
    embedding_length: count,
    feed_forward_length: count,
    decoder_start_token_id: token.optional(),
    'attention.head_count': count,
    'attention.key_length': count.optional(),
    'attention.relative_buckets_count': count,
    'attention.layer_norm_epsilon': z.number().positive().optional(),
    'attention.layer_norm_rms_epsilon': z.number().positive().optional(),
  })
  .refine(
    (settings) => settings['attention.layer_norm_rms_epsilon'] ?? settings['attention.layer_norm_epsilon'],
    { error: () => l10n`attention.layer_norm_rms_epsilon is missing` },
  );

interface T5Settings extends ModelConfig {
  encoder: { layers: number; heads: number };
  intermediateSize: number;
  activation: Activation;
  gated: boolean;
  buckets: number;
  furthest: number;
  normEpsilon: number;
  tiedHead: boolean;
  scaledHead: boolean;
}

function architecture(
  tensors: FileTensors,
  names: Record<string, string | string[]>,
  settings: T5Settings,
): Architecture {
  const { intermediateSize, activation, gated, buckets, furthest, ...rest } = settings;
  const { normEpsilon, tiedHead, scaledHead, ...config } = rest;
  const { hiddenSize, heads, headSize } = config;
  if (!Number.isInteger(headSize)) {
    throw contradictorySettings(tensors, l10n`${heads} heads for a hidden size of ${hiddenSize}`);
  }
  checkAnswerTokens(config, tensors);
  const half = {
    attention: { hiddenSize, heads, keyValueHeads: heads, headSize, scale: 1 },
    feedForward: { hiddenSize, intermediateSize, gated, activation },
  };
  const model = encoderDecoderModel({
    config,
    encoder: { layers: config.encoder.layers, ...half },
    decoder: { layers: config.layers, ...half },
    norm: { kind: 'rms', epsilon: normEpsilon },
    normPlace: 'before',
    finalNorm: true,
    positions: { kind: 'relative', buckets, furthest },
    embeddingNorm: false,
    tiedHead,
    headScale: scaledHead ? hiddenSize ** -0.5 : undefined,
  });
  return {
    model,
    parameters: parametersOf(model, encoderDecoderGraphs(model), (name) => {
      const layer = /\d+/.exec(name)?.[0] ?? '';
      const known = [names[name.replace(/\d+/, '#')]!].flat();
      return { tensor: known.map((tensor) => tensor.replace('#', layer)) };
    }),
    // Copies of the one token table, and a bias that no version of the model reads.
    ignored: (name) =>
      /^(encoder|decoder)\.embed_tokens\.weight$/.test(name) ||
      /^decoder\.block\.0\.layer\.1\.EncDecAttention\.relative_|^dec\.blk\.0\.cross_attn_rel_b\./.test(
        name,
      ) ||
      (tiedHead && name === 'lm_head.weight'),
  };
}

const CONFIG_NAMES: Record<string, string | string[]> = {
  embeddings: ['shared.weight', 'encoder.embed_tokens.weight', 'decoder.embed_tokens.weight'],
  'head.weight': 'lm_head.weight',
  'encoder.relativeBias': 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
  'encoder.norm.gain': 'encoder.final_layer_norm.weight',
  'encoder.layers.#.attentionNorm.gain': 'encoder.block.#.layer.0.layer_norm.weight',
  'encoder.layers.#.attention.query.weight': 'encoder.block.#.layer.0.SelfAttention.q.weight',
  'encoder.layers.#.attention.key.weight': 'encoder.block.#.layer.0.SelfAttention.k.weight',
  'encoder.layers.#.attention.value.weight': 'encoder.block.#.layer.0.SelfAttention.v.weight',
  'encoder.layers.#.attention.output.weight': 'encoder.block.#.layer.0.SelfAttention.o.weight',
  'encoder.layers.#.feedForwardNorm.gain': 'encoder.block.#.layer.1.layer_norm.weight',
  'encoder.layers.#.feedForward.gate.weight': 'encoder.block.#.layer.1.DenseReluDense.wi_0.weight',
  // Of a gated one there are two.
  'encoder.layers.#.feedForward.up.weight': [
    'encoder.block.#.layer.1.DenseReluDense.wi_1.weight',
    'encoder.block.#.layer.1.DenseReluDense.wi.weight',
  ],
  'encoder.layers.#.feedForward.down.weight': 'encoder.block.#.layer.1.DenseReluDense.wo.weight',
  relativeBias: 'decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
  'norm.gain': 'decoder.final_layer_norm.weight',
  'layers.#.attentionNorm.gain': 'decoder.block.#.layer.0.layer_norm.weight',
  'layers.#.attention.query.weight': 'decoder.block.#.layer.0.SelfAttention.q.weight',
  'layers.#.attention.key.weight': 'decoder.block.#.layer.0.SelfAttention.k.weight',
  'layers.#.attention.value.weight': 'decoder.block.#.layer.0.SelfAttention.v.weight',
  'layers.#.attention.output.weight': 'decoder.block.#.layer.0.SelfAttention.o.weight',
  'layers.#.sourceNorm.gain': 'decoder.block.#.layer.1.layer_norm.weight',
  'layers.#.source.query.weight': 'decoder.block.#.layer.1.EncDecAttention.q.weight',
  'layers.#.source.key.weight': 'decoder.block.#.layer.1.EncDecAttention.k.weight',
  'layers.#.source.value.weight': 'decoder.block.#.layer.1.EncDecAttention.v.weight',
  'layers.#.source.output.weight': 'decoder.block.#.layer.1.EncDecAttention.o.weight',
  'layers.#.feedForwardNorm.gain': 'decoder.block.#.layer.2.layer_norm.weight',
  'layers.#.feedForward.gate.weight': 'decoder.block.#.layer.2.DenseReluDense.wi_0.weight',
  'layers.#.feedForward.up.weight': [
    'decoder.block.#.layer.2.DenseReluDense.wi_1.weight',
    'decoder.block.#.layer.2.DenseReluDense.wi.weight',
  ],
  'layers.#.feedForward.down.weight': 'decoder.block.#.layer.2.DenseReluDense.wo.weight',
};

const GGUF_NAMES: Record<string, string | string[]> = {
  embeddings: 'token_embd.weight',
  'head.weight': 'output.weight',
  'encoder.relativeBias': 'enc.blk.0.attn_rel_b.weight',
  'encoder.norm.gain': 'enc.output_norm.weight',
  'encoder.layers.#.attentionNorm.gain': 'enc.blk.#.attn_norm.weight',
  'encoder.layers.#.attention.query.weight': 'enc.blk.#.attn_q.weight',
  'encoder.layers.#.attention.key.weight': 'enc.blk.#.attn_k.weight',
  'encoder.layers.#.attention.value.weight': 'enc.blk.#.attn_v.weight',
  'encoder.layers.#.attention.output.weight': 'enc.blk.#.attn_o.weight',
  'encoder.layers.#.feedForwardNorm.gain': 'enc.blk.#.ffn_norm.weight',
  'encoder.layers.#.feedForward.gate.weight': 'enc.blk.#.ffn_gate.weight',
  'encoder.layers.#.feedForward.up.weight': 'enc.blk.#.ffn_up.weight',
  'encoder.layers.#.feedForward.down.weight': 'enc.blk.#.ffn_down.weight',
  relativeBias: 'dec.blk.0.attn_rel_b.weight',
  'norm.gain': 'dec.output_norm.weight',
  'layers.#.attentionNorm.gain': 'dec.blk.#.attn_norm.weight',
  'layers.#.attention.query.weight': 'dec.blk.#.attn_q.weight',
  'layers.#.attention.key.weight': 'dec.blk.#.attn_k.weight',
  'layers.#.attention.value.weight': 'dec.blk.#.attn_v.weight',
  'layers.#.attention.output.weight': 'dec.blk.#.attn_o.weight',
  'layers.#.sourceNorm.gain': 'dec.blk.#.cross_attn_norm.weight',
  'layers.#.source.query.weight': 'dec.blk.#.cross_attn_q.weight',
  'layers.#.source.key.weight': 'dec.blk.#.cross_attn_k.weight',
  'layers.#.source.value.weight': 'dec.blk.#.cross_attn_v.weight',
  'layers.#.source.output.weight': 'dec.blk.#.cross_attn_o.weight',
  'layers.#.feedForwardNorm.gain': 'dec.blk.#.ffn_norm.weight',
  'layers.#.feedForward.gate.weight': 'dec.blk.#.ffn_gate.weight',
  'layers.#.feedForward.up.weight': 'dec.blk.#.ffn_up.weight',
  'layers.#.feedForward.down.weight': 'dec.blk.#.ffn_down.weight',
};

import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import type { Activation } from '../graphs/blocks';
import { decoderModel } from '../graphs/decoder';
import type { ModelConfig } from '../modelConfig';
import type { Architecture, Family, FileTensors, Source } from './family';
import { GGUF_PLACES, vocabularySize } from './gatedGguf';
import { type Places, parametersOf, rowsFrom, sourcesIn } from './parameters';
import {
  activationNamed,
  count,
  headSizeOf,
  layerCount,
  parseGgufSettings,
  parseSettings,
  unsupportedSetting,
} from './settings';

const configSchema = z.looseObject({
  n_embd: count,
  n_head: count,
  n_layer: layerCount,
  n_inner: count.nullish(),
  n_positions: count,
  vocab_size: count,
  layer_norm_epsilon: z.number().positive(),
  activation_function: z.string().default('gelu_new'),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  add_cross_attention: z.boolean().nullish(),
  tie_word_embeddings: z.boolean().nullish(),
});

const ggufSchema = z.looseObject({
  context_length: count,
  embedding_length: count,
  feed_forward_length: count,
  block_count: layerCount,
  'attention.head_count': count,
  'attention.layer_norm_epsilon': z.number().positive(),
});

/** GPT-2 (Radford et al., 2019): learned positions, layer normalisation, biases everywhere. */
export const gpt2: Family = {
  modelTypes: ['gpt2'],
  ggufArchitectures: ['gpt2'],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    if (settings.add_cross_attention) {
      throw unsupportedSetting(tensors, l10n`attention to another model (add_cross_attention)`);
    }
    const { n_embd: hiddenSize, n_head: heads } = settings;
    const plain = settings.scale_attn_weights ? 1 / Math.sqrt(hiddenSize / heads) : 1;
    return architecture({
      ...sizes(hiddenSize, heads, tensors),
      layers: settings.n_layer,
      vocabularySize: settings.vocab_size,
      contextLength: settings.n_positions,
      intermediateSize: settings.n_inner ?? 4 * hiddenSize,
      activation: activationNamed(settings.activation_function, tensors, 'activation_function'),
      scale: (layer) => plain / (settings.scale_attn_by_inverse_layer_idx ? layer + 1 : 1),
      normEpsilon: settings.layer_norm_epsilon,
      tiedHead: settings.tie_word_embeddings ?? true,
      // OpenAI's own files lack the prefix.
      sourceOf: sourcesIn(configPlaces(hiddenSize), ['transformer.', '']),
    });
  },

  fromGguf(metadata, tensors) {
    const settings = parseGgufSettings(ggufSchema, metadata, tensors);
    const { embedding_length: hiddenSize, 'attention.head_count': heads } = settings;
    return architecture({
      ...sizes(hiddenSize, heads, tensors),
      layers: settings.block_count,
      vocabularySize: vocabularySize(tensors),
      contextLength: settings.context_length,
      intermediateSize: settings.feed_forward_length,
      activation: 'gelu_new',
      scale: () => 1 / Math.sqrt(hiddenSize / heads),
      normEpsilon: settings['attention.layer_norm_epsilon'],
      tiedHead: !tensors.shapeOf('output.weight'),
      sourceOf: sourcesIn({ ...GGUF_PLACES, ...joined(hiddenSize, { tensor: 'blk.#.attn_qkv' }) }),
    });
  },
};

interface Gpt2 extends ModelConfig {
  intermediateSize: number;
  activation: Activation;
  /** What a layer's scores are multiplied with. */
  scale(layer: number): number;
  normEpsilon: number;
  tiedHead: boolean;
  sourceOf(name: string): Source;
}

function sizes(hiddenSize: number, heads: number, tensors: FileTensors) {
  return {
    architecture: 'gpt2',
    kind: 'decoder' as const,
    hiddenSize,
    embeddingSize: hiddenSize,
    heads,
    keyValueHeads: heads,
    headSize: headSizeOf(hiddenSize, heads, tensors),
  };
}

function architecture(settings: Gpt2): Architecture {
  const { intermediateSize, activation, scale, normEpsilon, tiedHead, sourceOf, ...config } = settings;
  const { hiddenSize, heads, headSize, layers, contextLength } = config;
  const model = decoderModel({
    config,
    norm: { kind: 'layer', epsilon: normEpsilon },
    normPlace: 'before',
    finalNorm: true,
    attention: (layer) => ({
      hiddenSize,
      heads,
      keyValueHeads: heads,
      headSize,
      scale: scale(layer),
      inputBias: true,
      outputBias: true,
    }),
    feedForward: { hiddenSize, intermediateSize, gated: false, activation, bias: true },
    rotary: [],
    learnedPositions: { count: contextLength, offset: 0 },
    tiedHead,
  });
  return {
    model,
    parameters: parametersOf(model, [model.stage(0, layers).graph, model.head('all').graph], sourceOf),
    // Causal masks, saved as buffers.
    ignored: (name) => (tiedHead && name === 'lm_head.weight') || /\.attn\.(masked_)?bias$/.test(name),
  };
}

/** Queries, keys and values one below the other in one tensor. */
function joined(hiddenSize: number, place: Source & { tensor: string }): Places {
  return {
    'layers.#.attention.query': { ...place, rows: rowsFrom(0) },
    'layers.#.attention.key': { ...place, rows: rowsFrom(hiddenSize) },
    'layers.#.attention.value': { ...place, rows: rowsFrom(2 * hiddenSize) },
  };
}

/** Transformers stores GPT-2's matrices [in, out] (`Conv1D`). */
function configPlaces(hiddenSize: number): Places {
  return {
    embeddings: 'wte',
    positionEmbeddings: 'wpe',
    'layers.#.attentionNorm': 'h.#.ln_1',
    ...joined(hiddenSize, { tensor: 'h.#.attn.c_attn', transpose: true }),
    'layers.#.attention.output': { tensor: 'h.#.attn.c_proj', transpose: true },
    'layers.#.feedForwardNorm': 'h.#.ln_2',
    'layers.#.feedForward.up': { tensor: 'h.#.mlp.c_fc', transpose: true },
    'layers.#.feedForward.down': { tensor: 'h.#.mlp.c_proj', transpose: true },
    norm: 'ln_f',
    head: 'lm_head',
  };
}

import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { decoderModel } from '../graphs/decoder';
import type { Family } from './family';
import { type Places, parametersOf, sourcesIn } from './parameters';
import {
  activationNamed,
  count,
  headSizeOf,
  layerCount,
  parseSettings,
  unsupportedSetting,
} from './settings';

const schema = z.looseObject({
  hidden_size: count,
  ffn_dim: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  vocab_size: count,
  max_position_embeddings: count,
  word_embed_proj_dim: count.nullish(),
  activation_function: z.string().default('relu'),
  do_layer_norm_before: z.boolean().default(true),
  _remove_final_layer_norm: z.boolean().default(false),
  enable_bias: z.boolean().default(true),
  layer_norm_elementwise_affine: z.boolean().default(true),
  tie_word_embeddings: z.boolean().nullish(),
});

/** PyTorch's default: OPT's settings do not say it. */
const NORM_EPSILON = 1e-5;

/** The first rows of the table of positions are not used: they were meant for padding. */
const FIRST_POSITION = 2;

/**
 * OPT (Zhang et al., 2022): learned positions, ReLU; the 350M model normalises after each half instead of before, and has narrower
 * embeddings than hidden states. llama.cpp does not know it.
 */
export const opt: Family = {
  modelTypes: ['opt'],
  ggufArchitectures: [],

  fromConfig(json, tensors) {
    const settings = parseSettings(schema, json, tensors);
    const { hidden_size: hiddenSize, num_attention_heads: heads, enable_bias: bias } = settings;
    const headSize = headSizeOf(hiddenSize, heads, tensors);
    if (!settings.layer_norm_elementwise_affine) {
      throw unsupportedSetting(tensors, l10n`normalisation without gains (layer_norm_elementwise_affine)`);
    }
    const before = settings.do_layer_norm_before;
    const tiedHead = settings.tie_word_embeddings ?? true;
    const model = decoderModel({
      config: {
        architecture: 'opt',
        kind: 'decoder',
        hiddenSize,
        embeddingSize: settings.word_embed_proj_dim ?? hiddenSize,
        layers: settings.num_hidden_layers,
        heads,
        keyValueHeads: heads,
        headSize,
        vocabularySize: settings.vocab_size,
        contextLength: settings.max_position_embeddings,
      },
      norm: { kind: 'layer', epsilon: NORM_EPSILON },
      normPlace: before ? 'before' : 'after',
      finalNorm: before && !settings._remove_final_layer_norm,
      attention: () => ({
        hiddenSize,
        heads,
        keyValueHeads: heads,
        headSize,
        inputBias: bias,
        outputBias: bias,
      }),
      feedForward: {
        hiddenSize,
        intermediateSize: settings.ffn_dim,
        gated: false,
        activation: activationNamed(settings.activation_function, tensors, 'activation_function'),
        bias,
      },
      rotary: [],
      learnedPositions: { count: settings.max_position_embeddings + FIRST_POSITION, offset: FIRST_POSITION },
      tiedHead,
    });
    const graphs = [model.stage(0, settings.num_hidden_layers).graph, model.head('all').graph];
    return {
      model,
      // Meta's own files lack the first part of the names.
      parameters: parametersOf(model, graphs, sourcesIn(PLACES, ['model.', ''])),
      ignored: (name) => tiedHead && name === 'lm_head.weight',
    };
  },
};

const PLACES: Places = {
  embeddings: 'decoder.embed_tokens',
  positionEmbeddings: 'decoder.embed_positions',
  projectIn: 'decoder.project_in',
  projectOut: 'decoder.project_out',
  'layers.#.attentionNorm': 'decoder.layers.#.self_attn_layer_norm',
  'layers.#.attention.query': 'decoder.layers.#.self_attn.q_proj',
  'layers.#.attention.key': 'decoder.layers.#.self_attn.k_proj',
  'layers.#.attention.value': 'decoder.layers.#.self_attn.v_proj',
  'layers.#.attention.output': 'decoder.layers.#.self_attn.out_proj',
  'layers.#.feedForwardNorm': 'decoder.layers.#.final_layer_norm',
  'layers.#.feedForward.up': 'decoder.layers.#.fc1',
  'layers.#.feedForward.down': 'decoder.layers.#.fc2',
  norm: 'decoder.final_layer_norm',
  head: 'lm_head',
};

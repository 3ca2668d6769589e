import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { encoderGraphs } from '../graphs/encoder';
import { bertModel } from './bertModel';
import type { Family } from './family';
import { parametersOf, sourcesIn } from './parameters';
import { activationNamed, count, layerCount, parseSettings, unsupportedSetting } from './settings';

/** ALBERT (Lan et al., 2020): BERT whose layers share their weights, with narrow token vectors that are widened once. */
export const albert: Family = {
  modelTypes: ['albert'],
  ggufArchitectures: [],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    const { hidden_size: hiddenSize, embedding_size: embeddingSize } = settings;
    if (settings.num_hidden_groups > 1) {
      throw unsupportedSetting(
        tensors,
        l10n`${settings.num_hidden_groups} groups of layers (num_hidden_groups)`,
      );
    }
    if (settings.inner_group_num > 1) {
      throw unsupportedSetting(
        tensors,
        l10n`${settings.inner_group_num} layers in a group (inner_group_num)`,
      );
    }
    if (embeddingSize === hiddenSize) {
      throw unsupportedSetting(tensors, l10n`token vectors as wide as its hidden states (embedding_size)`);
    }
    const masked = tensors.shapeOf('predictions.dense.weight') !== undefined;
    const model = bertModel(tensors, {
      architecture: 'albert',
      kind: masked ? 'masked' : 'encoder',
      hiddenSize,
      embeddingSize,
      intermediateSize: settings.intermediate_size,
      layers: settings.num_hidden_layers,
      heads: settings.num_attention_heads,
      vocabularySize: settings.vocab_size,
      positions: settings.max_position_embeddings,
      tokenTypes: settings.type_vocab_size,
      activation: activationNamed(settings.hidden_act, tensors, 'hidden_act'),
      normEpsilon: settings.layer_norm_eps,
      tied: settings.tie_word_embeddings ?? true,
      sharedLayers: true,
    });
    const sourceOf = sourcesIn(PLACES, ['', 'albert.']);
    return {
      model,
      parameters: parametersOf(model, encoderGraphs(model), (name) =>
        name === 'head.bias' ? { tensor: HEAD_BIASES } : sourceOf(name),
      ),
      ignored: (name) =>
        /(^|\.)pooler\.|^sop_classifier\.|(^|\.)embeddings\.position_ids$/.test(name) ||
        /^predictions\.(decoder\.(weight|bias)|bias)$/.test(name),
    };
  },
};

const configSchema = z.object({
  hidden_size: count,
  embedding_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_hidden_groups: count.default(1),
  inner_group_num: count.default(1),
  num_attention_heads: count,
  vocab_size: count,
  max_position_embeddings: count,
  type_vocab_size: count,
  layer_norm_eps: z.number().positive(),
  hidden_act: z.string().default('gelu_new'),
  tie_word_embeddings: z.boolean().optional(),
});

const LAYER = 'encoder.albert_layer_groups.0.albert_layers.0';

/** Saved under one or both of two names. */
const HEAD_BIASES = ['predictions.bias', 'predictions.decoder.bias'];

const PLACES = {
  embeddings: 'embeddings.word_embeddings',
  positionEmbeddings: 'embeddings.position_embeddings',
  tokenTypes: 'embeddings.token_type_embeddings',
  embeddingNorm: 'embeddings.LayerNorm',
  projectIn: 'encoder.embedding_hidden_mapping_in',
  'layers.#.attention.query': `${LAYER}.attention.query`,
  'layers.#.attention.key': `${LAYER}.attention.key`,
  'layers.#.attention.value': `${LAYER}.attention.value`,
  'layers.#.attention.output': `${LAYER}.attention.dense`,
  'layers.#.attentionNorm': `${LAYER}.attention.LayerNorm`,
  'layers.#.feedForward.up': `${LAYER}.ffn`,
  'layers.#.feedForward.down': `${LAYER}.ffn_output`,
  'layers.#.feedForwardNorm': `${LAYER}.full_layer_layer_norm`,
  'head.dense': 'predictions.dense',
  'head.norm': 'predictions.LayerNorm',
  head: 'predictions.decoder',
};

import * as z from 'zod';
import { encoderGraphs, encoderModel } from '../graphs/encoder';
import type { Family } from './family';
import { parametersOf, sourcesIn } from './parameters';
import { activationNamed, contradictorySettings, count, parseSettings, unsupportedSetting } from './settings';

/** ALBERT (Lan et al., 2020): BERT whose layers share their weights, with narrow token vectors that are widened once. */
export const albert: Family = {
  modelTypes: ['albert'],
  ggufArchitectures: [],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    const { hidden_size: hiddenSize, embedding_size: embeddingSize } = settings;
    if (settings.num_hidden_groups > 1) {
      throw unsupportedSetting(tensors, `${settings.num_hidden_groups} groups of layers (num_hidden_groups)`);
    }
    if (settings.inner_group_num > 1) {
      throw unsupportedSetting(tensors, `${settings.inner_group_num} layers in a group (inner_group_num)`);
    }
    if (embeddingSize === hiddenSize) {
      throw unsupportedSetting(tensors, 'token vectors as wide as its hidden states (embedding_size)');
    }
    const activation = activationNamed(settings.hidden_act, tensors, 'hidden_act');
    const heads = settings.num_attention_heads;
    const headSize = hiddenSize / heads;
    if (!Number.isInteger(headSize)) {
      throw contradictorySettings(tensors, `${heads} heads in a hidden size of ${hiddenSize}`);
    }
    const masked = tensors.shapeOf('predictions.dense.weight') !== undefined;
    const positions = settings.max_position_embeddings;
    const model = encoderModel({
      config: {
        architecture: 'albert',
        kind: masked ? 'masked' : 'encoder',
        hiddenSize,
        embeddingSize,
        layers: settings.num_hidden_layers,
        heads,
        keyValueHeads: heads,
        headSize,
        vocabularySize: settings.vocab_size,
        contextLength: positions,
      },
      norm: { kind: 'layer', epsilon: settings.layer_norm_eps },
      normPlace: 'after',
      attention: () => ({
        hiddenSize,
        heads,
        keyValueHeads: heads,
        headSize,
        inputBias: true,
        outputBias: true,
      }),
      feedForward: {
        hiddenSize,
        intermediateSize: settings.intermediate_size,
        gated: false,
        activation,
        bias: true,
      },
      learnedPositions: { count: positions, offset: 0 },
      tokenTypes: settings.type_vocab_size,
      sharedLayers: true,
      ...(masked && {
        head: { activation, bias: true, tied: settings.tie_word_embeddings ?? true, outputBias: true },
      }),
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
  num_hidden_layers: count,
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

import * as z from 'zod';
import { encoderGraphs } from '../graphs/encoder';
import { bertModel } from './bertModel';
import type { Family } from './family';
import { parametersOf, sourcesIn } from './parameters';
import { activationNamed, count, layerCount, parseSettings } from './settings';

/** DistilBERT (Sanh et al., 2019): BERT without token types, with names of its own. */
export const distilbert: Family = {
  modelTypes: ['distilbert'],
  ggufArchitectures: [],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    const masked = tensors.shapeOf('vocab_transform.weight') !== undefined;
    const model = bertModel(tensors, {
      architecture: 'distilbert',
      kind: masked ? 'masked' : 'encoder',
      hiddenSize: settings.dim,
      embeddingSize: settings.dim,
      intermediateSize: settings.hidden_dim,
      layers: settings.n_layers,
      heads: settings.n_heads,
      vocabularySize: settings.vocab_size,
      positions: settings.max_position_embeddings,
      activation: activationNamed(settings.activation, tensors, 'activation'),
      normEpsilon: NORM_EPSILON,
      tied: settings.tie_word_embeddings ?? true,
    });
    return {
      model,
      parameters: parametersOf(model, encoderGraphs(model), sourcesIn(PLACES, ['', 'distilbert.'])),
      ignored: (name) => name === 'vocab_projector.weight' || name.endsWith('embeddings.position_ids'),
    };
  },
};

/** Not among its settings: Transformers has it in the code. */
const NORM_EPSILON = 1e-12;

const configSchema = z.object({
  dim: count,
  hidden_dim: count,
  n_layers: layerCount,
  n_heads: count,
  vocab_size: count,
  max_position_embeddings: count,
  activation: z.string().default('gelu'),
  tie_word_embeddings: z.boolean().optional(),
});

const LAYER = 'transformer.layer.#';

const PLACES = {
  embeddings: 'embeddings.word_embeddings',
  positionEmbeddings: 'embeddings.position_embeddings',
  embeddingNorm: 'embeddings.LayerNorm',
  'layers.#.attention.query': `${LAYER}.attention.q_lin`,
  'layers.#.attention.key': `${LAYER}.attention.k_lin`,
  'layers.#.attention.value': `${LAYER}.attention.v_lin`,
  'layers.#.attention.output': `${LAYER}.attention.out_lin`,
  'layers.#.attentionNorm': `${LAYER}.sa_layer_norm`,
  'layers.#.feedForward.up': `${LAYER}.ffn.lin1`,
  'layers.#.feedForward.down': `${LAYER}.ffn.lin2`,
  'layers.#.feedForwardNorm': `${LAYER}.output_layer_norm`,
  'head.dense': 'vocab_transform',
  'head.norm': 'vocab_layer_norm',
  head: 'vocab_projector',
};

import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { encoderGraphs } from '../graphs/encoder';
import { type BertSettings, bertModel } from './bertModel';
import type { Architecture, Family, FileTensors } from './family';
import { type Places, parametersOf, sourcesIn } from './parameters';
import {
  activationNamed,
  count,
  layerCount,
  parseGgufSettings,
  parseSettings,
  unsupportedSetting,
} from './settings';

/**
 * BERT (Devlin et al., 2019) and RoBERTa (Liu et al., 2019), whose positions begin behind the number of the padding token
 * and whose head has other names: learned positions and token types, layer normalisation after each half.
 */
export const bert: Family = {
  modelTypes: ['bert', 'roberta', 'xlm-roberta', 'camembert'],
  ggufArchitectures: ['bert'],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    if (settings.is_decoder) throw unsupportedSetting(tensors, l10n`a causal mask (is_decoder)`);
    const positions = settings.position_embedding_type ?? 'absolute';
    if (positions !== 'absolute') throw unsupportedSetting(tensors, l10n`${positions} positions`);
    const plain = settings.model_type === 'bert';
    const places = plain ? BERT_PLACES : ROBERTA_PLACES;
    const masked = tensors.shapeOf(`${places['head.dense']}.weight`) !== undefined;
    const offset = plain ? 0 : (settings.pad_token_id ?? 1) + 1;
    const activation = activationNamed(settings.hidden_act, tensors, 'hidden_act');
    const tied = settings.tie_word_embeddings ?? true;
    return architecture(tensors, places, {
      architecture: settings.model_type,
      kind: masked ? 'masked' : 'encoder',
      hiddenSize: settings.hidden_size,
      embeddingSize: settings.hidden_size,
      intermediateSize: settings.intermediate_size,
      layers: settings.num_hidden_layers,
      heads: settings.num_attention_heads,
      vocabularySize: settings.vocab_size,
      positions: settings.max_position_embeddings,
      offset,
      tokenTypes: settings.type_vocab_size,
      activation,
      headActivation: plain ? activation : 'gelu',
      normEpsilon: settings.layer_norm_eps,
      tied,
    });
  },

  fromGguf(metadata, tensors) {
    const settings = parseGgufSettings(ggufSchema, metadata, tensors);
    if (settings['attention.causal']) throw unsupportedSetting(tensors, l10n`a causal mask`);
    const pooling = POOLINGS[settings.pooling_type ?? 1];
    if (!pooling) throw unsupportedSetting(tensors, l10n`pooling of type ${String(settings.pooling_type)}`);
    return architecture(tensors, GGUF_PLACES, {
      architecture: 'bert',
      kind: 'encoder',
      pooling,
      hiddenSize: settings.embedding_length,
      embeddingSize: settings.embedding_length,
      intermediateSize: settings.feed_forward_length,
      layers: settings.block_count,
      heads: settings['attention.head_count'],
      vocabularySize: tensors.shapeOf('token_embd.weight')?.[0] ?? 0,
      // The converter cuts RoBERTa's unused first positions off.
      positions: tensors.shapeOf('position_embd.weight')?.[0] ?? settings.context_length,
      tokenTypes: tensors.shapeOf('token_types.weight')?.[0] ?? 0,
      activation: 'gelu',
      normEpsilon: settings['attention.layer_norm_epsilon'],
      tied: true,
    });
  },
};

/** By llama.cpp's numbers; 0, none, is left to the usual one. */
const POOLINGS: Readonly<Record<number, 'mean' | 'cls'>> = { 0: 'mean', 1: 'mean', 2: 'cls' };

const configSchema = z.object({
  model_type: z.string(),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  vocab_size: count,
  max_position_embeddings: count,
  type_vocab_size: count,
  layer_norm_eps: z.number().positive(),
  hidden_act: z.string().default('gelu'),
  pad_token_id: z.int().min(0).nullish(),
  is_decoder: z.boolean().optional(),
  position_embedding_type: z.string().nullish(),
  tie_word_embeddings: z.boolean().optional(),
});

const ggufSchema = z.object({
  block_count: layerCount,
  context_length: count,
  embedding_length: count,
  feed_forward_length: count,
  'attention.head_count': count,
  'attention.layer_norm_epsilon': z.number().positive(),
  'attention.causal': z.boolean().optional(),
  pooling_type: z.int().optional(),
});

function architecture(tensors: FileTensors, places: Places, settings: BertSettings): Architecture {
  const model = bertModel(tensors, settings);
  const sourceOf = sourcesIn(places, ['', 'bert.', 'roberta.']);
  return {
    model,
    parameters: parametersOf(model, encoderGraphs(model), (name) =>
      name === 'head.bias' ? { tensor: HEAD_BIASES } : sourceOf(name),
    ),
    // The pooler and the guess at the next sentence are used by other heads; the rest are copies and buffers.
    ignored: (name) =>
      /(^|\.)pooler\.|^cls\.seq_relationship\.|(^|\.)embeddings\.position_ids$/.test(name) ||
      /^(cls\.predictions|lm_head)\.(decoder\.(weight|bias)|bias)$/.test(name),
  };
}

const LAYER = 'encoder.layer.#';

const BODY_PLACES = {
  embeddings: 'embeddings.word_embeddings',
  positionEmbeddings: 'embeddings.position_embeddings',
  tokenTypes: 'embeddings.token_type_embeddings',
  embeddingNorm: 'embeddings.LayerNorm',
  'layers.#.attention.query': `${LAYER}.attention.self.query`,
  'layers.#.attention.key': `${LAYER}.attention.self.key`,
  'layers.#.attention.value': `${LAYER}.attention.self.value`,
  'layers.#.attention.output': `${LAYER}.attention.output.dense`,
  'layers.#.attentionNorm': `${LAYER}.attention.output.LayerNorm`,
  'layers.#.feedForward.up': `${LAYER}.intermediate.dense`,
  'layers.#.feedForward.down': `${LAYER}.output.dense`,
  'layers.#.feedForwardNorm': `${LAYER}.output.LayerNorm`,
};

const BERT_PLACES = {
  ...BODY_PLACES,
  'head.dense': 'cls.predictions.transform.dense',
  'head.norm': 'cls.predictions.transform.LayerNorm',
  head: 'cls.predictions.decoder',
};

const ROBERTA_PLACES = {
  ...BODY_PLACES,
  'head.dense': 'lm_head.dense',
  'head.norm': 'lm_head.layer_norm',
  head: 'lm_head.decoder',
};

/** Saved under one or both of two names. */
const HEAD_BIASES = ['cls.predictions', 'cls.predictions.decoder', 'lm_head', 'lm_head.decoder'].map(
  (part) => `${part}.bias`,
);

const GGUF_PLACES: Places = {
  embeddings: 'token_embd',
  positionEmbeddings: 'position_embd',
  tokenTypes: 'token_types',
  embeddingNorm: 'token_embd_norm',
  'layers.#.attention.query': 'blk.#.attn_q',
  'layers.#.attention.key': 'blk.#.attn_k',
  'layers.#.attention.value': 'blk.#.attn_v',
  'layers.#.attention.output': 'blk.#.attn_output',
  'layers.#.attentionNorm': 'blk.#.attn_output_norm',
  'layers.#.feedForward.up': 'blk.#.ffn_up',
  'layers.#.feedForward.down': 'blk.#.ffn_down',
  'layers.#.feedForwardNorm': 'blk.#.layer_output_norm',
};

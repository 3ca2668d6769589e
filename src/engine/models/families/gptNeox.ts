import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import type { Activation } from '../graphs/blocks';
import { decoderModel } from '../graphs/decoder';
import type { ModelConfig } from '../modelConfig';
import { type RotaryPositions, rotaryParameters, rotaryTable } from '../rotaryScaling';
import type { Architecture, Family, FileTensors, Source } from './family';
import { GGUF_PLACES, vocabularySize } from './gatedGguf';
import { type Places, parametersOf, rowsFrom, sourcesIn } from './parameters';
import {
  activationNamed,
  contradictorySettings,
  count,
  layerCount,
  parseGgufSettings,
  parseSettings,
} from './settings';

const positive = z.number().positive();

const configSchema = z.looseObject({
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  vocab_size: count,
  max_position_embeddings: count,
  layer_norm_eps: positive,
  hidden_act: z.string().default('gelu'),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  tie_word_embeddings: z.boolean().nullish(),
  rotary_pct: positive.max(1).nullish(),
  rotary_emb_base: positive.nullish(),
  rope_scaling: rotaryParameters.nullish(),
  rope_parameters: rotaryParameters.nullish(),
});

const ggufSchema = z.looseObject({
  context_length: count,
  embedding_length: count,
  feed_forward_length: count,
  block_count: layerCount,
  'attention.head_count': count,
  'attention.layer_norm_epsilon': positive,
  use_parallel_residual: z.boolean(),
  'rope.dimension_count': count,
  'rope.freq_base': positive.optional(),
  'rope.scaling.type': z.string().optional(),
  'rope.scaling.factor': positive.optional(),
});

/** Part of a head that turns, and the base, where config.json says nothing. */
const [PARTIAL, BASE] = [0.25, 10_000];

/** GPT-NeoX (Black et al., 2022), Pythia: part of a head turns; attention and feed-forward may read the same stream. */
export const gptNeox: Family = {
  modelTypes: ['gpt_neox'],
  ggufArchitectures: ['gptneox'],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    const { hidden_size: hiddenSize, num_attention_heads: heads } = settings;
    const headSize = hiddenSize / heads;
    const rope = settings.rope_parameters ?? settings.rope_scaling ?? {};
    const partial = rope.partial_rotary_factor ?? settings.rotary_pct ?? PARTIAL;
    return architecture(tensors, {
      ...sizes(hiddenSize, heads),
      layers: settings.num_hidden_layers,
      vocabularySize: settings.vocab_size,
      intermediateSize: settings.intermediate_size,
      activation: activationNamed(settings.hidden_act, tensors, 'hidden_act'),
      normEpsilon: settings.layer_norm_eps,
      parallel: settings.use_parallel_residual,
      bias: settings.attention_bias,
      tiedHead: settings.tie_word_embeddings ?? false,
      rotary: {
        ...rope,
        rope_type: rope.rope_type ?? rope.type ?? 'default',
        rope_theta: rope.rope_theta ?? settings.rotary_emb_base ?? BASE,
        size: Math.trunc(headSize * partial),
        contextLength: settings.max_position_embeddings,
      },
      sourceOf: sourcesIn(configPlaces(headSize)),
    });
  },

  fromGguf(metadata, tensors) {
    const settings = parseGgufSettings(ggufSchema, metadata, tensors);
    const { embedding_length: hiddenSize, 'attention.head_count': heads } = settings;
    const scaling = settings['rope.scaling.type'] ?? 'none';
    return architecture(tensors, {
      ...sizes(hiddenSize, heads),
      layers: settings.block_count,
      vocabularySize: vocabularySize(tensors),
      intermediateSize: settings.feed_forward_length,
      activation: 'gelu',
      normEpsilon: settings['attention.layer_norm_epsilon'],
      parallel: settings.use_parallel_residual,
      bias: tensors.shapeOf('blk.0.attn_qkv.bias') !== undefined,
      tiedHead: !tensors.shapeOf('output.weight'),
      rotary: {
        rope_type: scaling === 'none' ? 'default' : scaling,
        rope_theta: settings['rope.freq_base'] ?? BASE,
        factor: settings['rope.scaling.factor'],
        size: settings['rope.dimension_count'],
        contextLength: settings.context_length,
      },
      // llama.cpp's converter puts all queries first, then all keys, then all values.
      sourceOf: sourcesIn({
        ...GGUF_PLACES,
        ...joined('blk.#.attn_qkv', (part) => rowsFrom(part * hiddenSize)),
      }),
    });
  },
};

interface GptNeox extends Omit<ModelConfig, 'contextLength'> {
  intermediateSize: number;
  activation: Activation;
  normEpsilon: number;
  parallel: boolean;
  bias: boolean;
  tiedHead: boolean;
  rotary: RotaryPositions;
  sourceOf(name: string): Source;
}

function sizes(hiddenSize: number, heads: number) {
  return {
    architecture: 'gpt_neox',
    kind: 'decoder' as const,
    hiddenSize,
    embeddingSize: hiddenSize,
    heads,
    keyValueHeads: heads,
    headSize: hiddenSize / heads,
  };
}

function architecture(tensors: FileTensors, settings: GptNeox): Architecture {
  const { intermediateSize, activation, normEpsilon, parallel, bias, tiedHead, rotary, sourceOf, ...sized } =
    settings;
  const { hiddenSize, heads, headSize, layers } = sized;
  if (!Number.isInteger(headSize / 2))
    throw contradictorySettings(tensors, l10n`${heads} heads of size ${headSize}`);
  const { contextLength, ...table } = rotaryTable(rotary, tensors.file);
  const model = decoderModel({
    config: { ...sized, contextLength },
    norm: { kind: 'layer', epsilon: normEpsilon },
    normPlace: parallel ? 'parallel' : 'before',
    finalNorm: true,
    attention: () => ({
      hiddenSize,
      heads,
      keyValueHeads: heads,
      headSize,
      inputBias: bias,
      outputBias: bias,
      rotary: { table: 0, size: rotary.size },
    }),
    feedForward: { hiddenSize, intermediateSize, gated: false, activation, bias: true },
    rotary: [table],
    tiedHead,
  });
  return {
    model,
    parameters: parametersOf(model, [model.stage(0, layers).graph, model.head('all').graph], sourceOf),
    // Causal masks and rotary frequencies, saved as buffers.
    ignored: (name) =>
      (tiedHead && name === 'embed_out.weight') ||
      /\.attention\.(masked_bias|bias|rotary_emb\.inv_freq)$/.test(name),
  };
}

/** Queries (0), keys (1) and values (2) in one tensor. */
function joined(tensor: string, rowsOf: (part: number) => (row: number) => number): Places {
  return {
    'layers.#.attention.query': { tensor, rows: rowsOf(0) },
    'layers.#.attention.key': { tensor, rows: rowsOf(1) },
    'layers.#.attention.value': { tensor, rows: rowsOf(2) },
  };
}

function configPlaces(headSize: number): Places {
  const layer = 'gpt_neox.layers.#';
  return {
    embeddings: 'gpt_neox.embed_in',
    'layers.#.attentionNorm': `${layer}.input_layernorm`,
    // Head by head: its queries, its keys, its values.
    ...joined(
      `${layer}.attention.query_key_value`,
      (part) => (row) => (3 * Math.floor(row / headSize) + part) * headSize + (row % headSize),
    ),
    'layers.#.attention.output': `${layer}.attention.dense`,
    'layers.#.feedForwardNorm': `${layer}.post_attention_layernorm`,
    'layers.#.feedForward.up': `${layer}.mlp.dense_h_to_4h`,
    'layers.#.feedForward.down': `${layer}.mlp.dense_4h_to_h`,
    norm: 'gpt_neox.final_layer_norm',
    head: 'embed_out',
  };
}

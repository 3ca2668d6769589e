import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { type RotaryParameters, type RotaryPositions, rotaryParameters } from '../rotaryScaling';
import type { FileTensors } from './family';
import type { GatedDecoder } from './gatedDecoder';
import type { Places } from './parameters';
import { activationNamed, contradictorySettings, count, layerCount, unsupportedSetting } from './settings';

/** Members of config.json that all these families have. */
export const gatedConfig = z.looseObject({
  model_type: z.string(),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count,
  original_max_position_embeddings: count.nullish(),
  rms_norm_eps: z.number().positive(),
  hidden_act: z.string().optional(),
  rope_theta: z.number().positive().nullish(),
  partial_rotary_factor: z.number().positive().max(1).nullish(),
  rope_scaling: rotaryParameters.nullish(),
  rope_parameters: rotaryParameters
    .extend({ full_attention: rotaryParameters.nullish(), sliding_attention: rotaryParameters.nullish() })
    .nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  sliding_window: count.nullish(),
  use_sliding_window: z.boolean().nullish(),
  layer_types: z.array(z.string()).nullish(),
  use_bidirectional_attention: z.unknown().optional(),
});

export type GatedConfig = z.infer<typeof gatedConfig>;

interface FamilyDefaults {
  /** What the family has where nothing is said. */
  tiedHead: boolean;
  /** Llama's unless told. */
  places?: Places;
  /** One table for all layers unless told. */
  rotary?: readonly RotaryParameters[];
}

/** A family's members of config.json as a plain model. */
export function gatedFromConfig(
  settings: GatedConfig,
  tensors: FileTensors,
  { tiedHead, places = LLAMA_PLACES, rotary = [oneForAll(settings, tensors)] }: FamilyDefaults,
): GatedDecoder {
  if (settings.use_bidirectional_attention) {
    throw unsupportedSetting(tensors, l10n`attention in both directions (use_bidirectional_attention)`);
  }
  const heads = settings.num_attention_heads;
  const headSize = settings.head_dim ?? settings.hidden_size / heads;
  return {
    config: {
      architecture: settings.model_type,
      kind: 'decoder',
      hiddenSize: settings.hidden_size,
      embeddingSize: settings.hidden_size,
      layers: settings.num_hidden_layers,
      heads,
      keyValueHeads: settings.num_key_value_heads ?? heads,
      headSize,
      vocabularySize: settings.vocab_size,
      contextLength: settings.max_position_embeddings,
    },
    intermediateSize: settings.intermediate_size,
    activation: activationNamed(settings.hidden_act ?? 'silu', tensors, 'hidden_act'),
    normEpsilon: settings.rms_norm_eps,
    tiedHead: settings.tie_word_embeddings ?? tiedHead,
    rotary: rotary.map((parameters) => rotaryPositions(settings, headSize, parameters, tensors)),
    places,
  };
}

/** Transformers 4 wrote `rope_scaling`, Transformers 5 writes `rope_parameters`. */
function oneForAll({ rope_parameters, rope_scaling }: GatedConfig, tensors: FileTensors): RotaryParameters {
  if (rope_parameters?.full_attention || rope_parameters?.sliding_attention) {
    throw unsupportedSetting(
      tensors,
      l10n`rotary positions that differ from layer to layer (rope_parameters)`,
    );
  }
  return rope_parameters ?? rope_scaling ?? {};
}

function rotaryPositions(
  settings: GatedConfig,
  headSize: number,
  own: RotaryParameters,
  tensors: FileTensors,
): RotaryPositions {
  if (own.long_factor && !own.short_factor) {
    throw contradictorySettings(tensors, l10n`rotary positions have a long_factor and no short_factor`);
  }
  const partial = own.partial_rotary_factor ?? settings.partial_rotary_factor ?? 1;
  return {
    ...own,
    rope_type: own.rope_type ?? own.type ?? 'default',
    rope_theta: own.rope_theta ?? settings.rope_theta ?? 10_000,
    original_max_position_embeddings:
      settings.original_max_position_embeddings ?? own.original_max_position_embeddings,
    size: Math.trunc(headSize * partial),
    contextLength: settings.max_position_embeddings,
  };
}

/** Window of each layer by `layer_types`; where there are none, of those that `slides` tells. */
export function windowsOf(
  { layer_types, sliding_window, num_hidden_layers }: GatedConfig,
  tensors: FileTensors,
  slides: (layer: number) => boolean,
): (number | undefined)[] {
  if (layer_types && layer_types.length < num_hidden_layers) {
    throw contradictorySettings(
      tensors,
      l10n`${layer_types.length} layer_types, ${num_hidden_layers} layers`,
    );
  }
  return Array.from({ length: num_hidden_layers }, (_, layer) => {
    const type = layer_types?.[layer] ?? (slides(layer) ? 'sliding_attention' : 'full_attention');
    if (type === 'full_attention') return undefined;
    if (type === 'sliding_attention') return sliding_window ?? undefined;
    throw unsupportedSetting(tensors, l10n`layers of a kind that is not known (layer_types: ${type})`);
  });
}

/** Names of Llama's weights in Transformers, and of those of the families after it. */
export const LLAMA_PLACES: Places = {
  embeddings: 'model.embed_tokens',
  'layers.#.attentionNorm': 'model.layers.#.input_layernorm',
  'layers.#.attention.query': 'model.layers.#.self_attn.q_proj',
  'layers.#.attention.key': 'model.layers.#.self_attn.k_proj',
  'layers.#.attention.value': 'model.layers.#.self_attn.v_proj',
  'layers.#.attention.output': 'model.layers.#.self_attn.o_proj',
  'layers.#.attention.queryNorm': 'model.layers.#.self_attn.q_norm',
  'layers.#.attention.keyNorm': 'model.layers.#.self_attn.k_norm',
  'layers.#.feedForwardNorm': 'model.layers.#.post_attention_layernorm',
  'layers.#.feedForward.gate': 'model.layers.#.mlp.gate_proj',
  'layers.#.feedForward.up': 'model.layers.#.mlp.up_proj',
  'layers.#.feedForward.down': 'model.layers.#.mlp.down_proj',
  norm: 'model.norm',
  head: 'lm_head',
};

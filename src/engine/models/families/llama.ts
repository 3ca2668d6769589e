import { z } from 'zod';
import type { ModelConfig } from '../checkpoint';
import { type DecoderSpec, decoderModel } from '../graphs/decoder';
import type { Architecture, Family, FileTensors, Parameter, Source } from './family';
import {
  contradictorySettings,
  count,
  parseGgufSettings,
  parseSettings,
  unsupportedSetting,
} from './settings';

/**
 * The Llama family (Touvron et al., 2023): RMS normalisation before attention and feed-forward, rotary positions,
 * grouped-query attention, SiLU-gated feed-forward, no biases.
 */
export const llama: Family = {
  modelTypes: ['llama', 'mistral'],
  ggufArchitectures: ['llama'],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    const rope = settings.rope_parameters ?? settings.rope_scaling;
    const ropeType = rope?.rope_type ?? rope?.type ?? 'default';
    const refuse = (property: string) => unsupportedSetting(tensors, property);
    if (ropeType !== 'default') throw refuse(`scaled rotary positions (rope_type ${ropeType})`);
    if (settings.attention_bias) throw refuse('biases in its attention (attention_bias)');
    if (settings.mlp_bias) throw refuse('biases in its feed-forward layers (mlp_bias)');
    if (settings.sliding_window) throw refuse('a sliding attention window (sliding_window)');
    if ((settings.hidden_act ?? 'silu') !== 'silu') {
      throw refuse(`the activation ${settings.hidden_act} (hidden_act)`);
    }
    const heads = settings.num_attention_heads;
    return architecture(tensors, {
      architecture: settings.model_type,
      kind: 'decoder',
      hiddenSize: settings.hidden_size,
      embeddingSize: settings.hidden_size,
      intermediateSize: settings.intermediate_size,
      layers: settings.num_hidden_layers,
      heads,
      keyValueHeads: settings.num_key_value_heads ?? heads,
      headSize: settings.head_dim ?? settings.hidden_size / heads,
      vocabularySize: settings.vocab_size,
      contextLength: settings.max_position_embeddings,
      ropeTheta: settings.rope_parameters?.rope_theta ?? settings.rope_theta ?? 10_000,
      normEpsilon: settings.rms_norm_eps,
      tiedHead: settings.tie_word_embeddings ?? false,
      gguf: false,
    });
  },

  fromGguf(metadata, tensors) {
    const settings = parseGgufSettings(ggufSchema, metadata, tensors);
    const hiddenSize = settings.embedding_length;
    const heads = settings['attention.head_count'];
    const rotarySize = settings['rope.dimension_count'];
    const headSize = settings['attention.key_length'] ?? rotarySize ?? hiddenSize / heads;
    const scaling = settings['rope.scaling.type'] ?? 'none';
    const refuse = (property: string) => unsupportedSetting(tensors, property);
    if (settings['attention.sliding_window']) throw refuse('a sliding attention window');
    if (scaling !== 'none') throw refuse(`scaled rotary positions (${scaling})`);
    if (tensors.shapeOf('rope_freqs.weight')) throw refuse('scaled rotary positions (rope_freqs)');
    if (rotarySize !== undefined && rotarySize !== headSize) {
      throw refuse(`rotary positions on ${rotarySize} of ${headSize} values of a head`);
    }
    if ((settings['attention.value_length'] ?? headSize) !== headSize) {
      throw refuse('keys and values of different sizes');
    }
    return architecture(tensors, {
      architecture: 'llama',
      kind: 'decoder',
      hiddenSize,
      embeddingSize: hiddenSize,
      intermediateSize: settings.feed_forward_length,
      layers: settings.block_count,
      heads,
      keyValueHeads: settings['attention.head_count_kv'] ?? heads,
      headSize,
      vocabularySize: tensors.shapeOf('token_embd.weight')?.[0] ?? 0,
      contextLength: settings.context_length,
      ropeTheta: settings['rope.freq_base'] ?? 10_000,
      // Stored as float32: 1e-5 comes back as 9.999999747378752e-6, which is what the model was converted with.
      normEpsilon: settings['attention.layer_norm_rms_epsilon'],
      tiedHead: !tensors.shapeOf('output.weight'),
      gguf: true,
    });
  },
};

/** Transformers 4 wrote `rope_theta` and `rope_scaling`, Transformers 5 writes `rope_parameters`. */
const ropeSchema = z.looseObject({ rope_type: z.string().optional(), type: z.string().optional() });

const configSchema = z.object({
  model_type: z.string(),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count,
  rms_norm_eps: z.number().positive(),
  hidden_act: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.extend({ rope_theta: z.number().positive().optional() }).nullish(),
  tie_word_embeddings: z.boolean().optional(),
  attention_bias: z.boolean().optional(),
  mlp_bias: z.boolean().optional(),
  sliding_window: z.number().nullish(),
});

const ggufSchema = z.object({
  block_count: count,
  context_length: count,
  embedding_length: count,
  feed_forward_length: count,
  'attention.head_count': count,
  'attention.head_count_kv': count.optional(),
  'attention.key_length': count.optional(),
  'attention.value_length': count.optional(),
  'attention.layer_norm_rms_epsilon': z.number().positive(),
  'attention.sliding_window': z.number().optional(),
  'rope.dimension_count': count.optional(),
  'rope.freq_base': z.number().positive().optional(),
  'rope.scaling.type': z.string().optional(),
});

interface LlamaSettings extends ModelConfig {
  intermediateSize: number;
  ropeTheta: number;
  normEpsilon: number;
  tiedHead: boolean;
  gguf: boolean;
}

function architecture(tensors: FileTensors, settings: LlamaSettings): Architecture {
  const { intermediateSize, ropeTheta, normEpsilon, tiedHead, gguf, ...config } = settings;
  const { hiddenSize, heads, keyValueHeads, headSize, vocabularySize, layers } = config;
  if (!Number.isInteger(headSize / 2) || heads % keyValueHeads !== 0) {
    throw contradictorySettings(
      tensors,
      `${heads} heads of size ${headSize}, ${keyValueHeads} key-value heads`,
    );
  }
  const spec: DecoderSpec = {
    config,
    norm: { kind: 'rms', epsilon: normEpsilon },
    normPlace: 'before',
    finalNorm: true,
    attention: () => ({ hiddenSize, heads, keyValueHeads, headSize, rotary: { table: 0 } }),
    feedForward: { hiddenSize, intermediateSize, gated: true, activation: 'silu' },
    rotary: [{ frequencies: frequencies(headSize, ropeTheta), scale: 1 }],
    tiedHead,
  };
  const parameters: Parameter[] = [];
  const add = (name: string, shape: number[], source: Source) => parameters.push({ name, shape, source });
  const names = gguf ? GGUF_NAMES : CONFIG_NAMES;
  add('embeddings', [vocabularySize, hiddenSize], { tensor: names.embeddings });
  for (let layer = 0; layer < layers; layer++) {
    const shapes: Record<keyof typeof names.layer, number[]> = {
      'attentionNorm.gain': [hiddenSize],
      'attention.query.weight': [heads * headSize, hiddenSize],
      'attention.key.weight': [keyValueHeads * headSize, hiddenSize],
      'attention.value.weight': [keyValueHeads * headSize, hiddenSize],
      'attention.output.weight': [hiddenSize, heads * headSize],
      'feedForwardNorm.gain': [hiddenSize],
      'feedForward.gate.weight': [intermediateSize, hiddenSize],
      'feedForward.up.weight': [intermediateSize, hiddenSize],
      'feedForward.down.weight': [hiddenSize, intermediateSize],
    };
    for (const [name, shape] of Object.entries(shapes)) {
      const tensor = names.layer[name as keyof typeof shapes].replace('#', String(layer));
      const turned = gguf && /query|key/.test(name);
      add(`layers.${layer}.${name}`, shape, { tensor, rows: turned ? fromPairs(headSize) : undefined });
    }
  }
  add('norm.gain', [hiddenSize], { tensor: names.norm });
  if (!tiedHead) add('head.weight', [vocabularySize, hiddenSize], { tensor: names.head });
  return {
    model: decoderModel(spec),
    parameters,
    // Saved by some exporters beside the table it repeats; rotary frequencies are computed, not read.
    ignored: (name) => (tiedHead && name === 'lm_head.weight') || name.endsWith('.rotary_emb.inv_freq'),
  };
}

function frequencies(headSize: number, theta: number): Float64Array {
  return Float64Array.from({ length: headSize / 2 }, (_, pair) => theta ** ((-2 * pair) / headSize));
}

/**
 * llama.cpp's converter stores each head's rows of Q and K as rotary pairs (0, h/2, 1, h/2 + 1, …); ours are the first halves of
 * all pairs, then the second halves.
 */
function fromPairs(headSize: number): (row: number) => number {
  return (row) => {
    const within = row % headSize;
    return row - within + (within % (headSize / 2)) * 2 + (within >= headSize / 2 ? 1 : 0);
  };
}

const CONFIG_NAMES = {
  embeddings: 'model.embed_tokens.weight',
  norm: 'model.norm.weight',
  head: 'lm_head.weight',
  layer: {
    'attentionNorm.gain': 'model.layers.#.input_layernorm.weight',
    'attention.query.weight': 'model.layers.#.self_attn.q_proj.weight',
    'attention.key.weight': 'model.layers.#.self_attn.k_proj.weight',
    'attention.value.weight': 'model.layers.#.self_attn.v_proj.weight',
    'attention.output.weight': 'model.layers.#.self_attn.o_proj.weight',
    'feedForwardNorm.gain': 'model.layers.#.post_attention_layernorm.weight',
    'feedForward.gate.weight': 'model.layers.#.mlp.gate_proj.weight',
    'feedForward.up.weight': 'model.layers.#.mlp.up_proj.weight',
    'feedForward.down.weight': 'model.layers.#.mlp.down_proj.weight',
  },
};

const GGUF_NAMES: typeof CONFIG_NAMES = {
  embeddings: 'token_embd.weight',
  norm: 'output_norm.weight',
  head: 'output.weight',
  layer: {
    'attentionNorm.gain': 'blk.#.attn_norm.weight',
    'attention.query.weight': 'blk.#.attn_q.weight',
    'attention.key.weight': 'blk.#.attn_k.weight',
    'attention.value.weight': 'blk.#.attn_v.weight',
    'attention.output.weight': 'blk.#.attn_output.weight',
    'feedForwardNorm.gain': 'blk.#.ffn_norm.weight',
    'feedForward.gate.weight': 'blk.#.ffn_gate.weight',
    'feedForward.up.weight': 'blk.#.ffn_up.weight',
    'feedForward.down.weight': 'blk.#.ffn_down.weight',
  },
};

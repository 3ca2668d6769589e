import { z } from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import type { ModelConfig } from './checkpoint';
import type { GgufHeader } from './gguf';
import { unsupportedModel } from './llamaTensors';

/** llama.cpp's names for tensors → Hugging Face's. */
const NAMES: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};
const LAYER_NAMES: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

/** A tensor's name in Hugging Face's words; names that are not in the tables stay as they are. */
export function huggingFaceName(name: string): string {
  const layer = /^blk\.(\d+)\.(\w+)\.(\w+)$/.exec(name);
  if (layer) {
    const part = LAYER_NAMES[layer[2]!];
    return part ? `model.layers.${layer[1]}.${part}.${layer[3]}` : name;
  }
  const outer = /^(\w+)\.(\w+)$/.exec(name);
  const part = outer && NAMES[outer[1]!];
  return part ? `${part}.${outer[2]}` : name;
}

const count = z
  .int()
  .positive()
  .max(2 ** 24);

const metadataSchema = z.object({
  'llama.block_count': count,
  'llama.context_length': count,
  'llama.embedding_length': count,
  'llama.feed_forward_length': count,
  'llama.attention.head_count': count,
  'llama.attention.head_count_kv': count.optional(),
  'llama.attention.key_length': count.optional(),
  'llama.attention.value_length': count.optional(),
  'llama.attention.layer_norm_rms_epsilon': z.number().positive(),
  'llama.attention.sliding_window': z.number().optional(),
  'llama.rope.dimension_count': count.optional(),
  'llama.rope.freq_base': z.number().positive().optional(),
  'llama.rope.scaling.type': z.string().optional(),
  'llama.rope.scaling.factor': z.number().optional(),
  'llama.expert_count': z.number().optional(),
});

/** A GGUF file's settings as a ModelConfig; refuses by name what the model builder does not do. */
export function ggufLlamaConfig(header: GgufHeader, file: string): ModelConfig {
  const architecture = header.metadata.get('general.architecture');
  if (architecture !== 'llama') throw unsupportedModel(file, `the architecture ${architecture ?? 'unknown'}`);
  const parsed = metadataSchema.safeParse(Object.fromEntries(header.metadata));
  if (!parsed.success) {
    throw new SoftpromptError(
      'model-invalid',
      `The GGUF file's settings are wrong:\n${z.prettifyError(parsed.error)}`,
      { place: { file }, hint: 'Convert the model again with a current llama.cpp.' },
    );
  }
  const settings = parsed.data;
  const hiddenSize = settings['llama.embedding_length'];
  const heads = settings['llama.attention.head_count'];
  const rotarySize = settings['llama.rope.dimension_count'];
  const headSize = settings['llama.attention.key_length'] ?? rotarySize ?? hiddenSize / heads;
  const scaling = settings['llama.rope.scaling.type'] ?? 'none';
  const embedding = header.tensors.find(({ name }) => name === 'token_embd.weight');

  if (settings['llama.expert_count']) throw unsupportedModel(file, 'a mixture of experts');
  if (settings['llama.attention.sliding_window']) throw unsupportedModel(file, 'a sliding attention window');
  if (scaling !== 'none') throw unsupportedModel(file, `scaled rotary positions (${scaling})`);
  if (header.tensors.some(({ name }) => name.startsWith('rope_'))) {
    throw unsupportedModel(file, 'scaled rotary positions (rope_freqs)');
  }
  if (rotarySize !== undefined && rotarySize !== headSize) {
    throw unsupportedModel(file, `rotary positions on ${rotarySize} of ${headSize} values of a head`);
  }
  if ((settings['llama.attention.value_length'] ?? headSize) !== headSize) {
    throw unsupportedModel(file, 'keys and values of different sizes');
  }
  return {
    architecture: 'llama',
    hiddenSize,
    intermediateSize: settings['llama.feed_forward_length'],
    layers: settings['llama.block_count'],
    heads,
    keyValueHeads: settings['llama.attention.head_count_kv'] ?? heads,
    headSize,
    vocabularySize: embedding?.shape[0] ?? 0,
    contextLength: settings['llama.context_length'],
    ropeTheta: settings['llama.rope.freq_base'] ?? 10_000,
    // Stored as float32: 1e-5 comes back as 9.999999747378752e-6, which is what the model was converted with.
    normEpsilon: settings['llama.attention.layer_norm_rms_epsilon'],
    tiedHead: !header.tensors.some(({ name }) => name === 'output.weight'),
  };
}

/**
 * Where a row of Q or K goes: llama.cpp's converter stores each head's rows as rotary pairs (0, h/2, 1, h/2 + 1, …),
 * Hugging Face's layout is the first halves of all pairs, then the second halves. `null`: rows stay where they are.
 */
export function rowOrder(name: string, config: ModelConfig): ((row: number) => number) | null {
  if (!/\.self_attn\.[qk]_proj\./.test(name)) return null;
  const { headSize } = config;
  return (row) => {
    const within = row % headSize;
    return row - within + (within % 2) * (headSize / 2) + (within >> 1);
  };
}

import * as z from 'zod';
import type { SelfAttention } from '../graphs/selfAttention';
import type { ModelConfig } from '../modelConfig';
import type { RotaryParameters } from '../rotaryScaling';
import type { FileTensors } from './family';
import { gatedConfig, gatedFromConfig, LLAMA_PLACES } from './gatedConfig';
import type { GatedDecoder } from './gatedDecoder';
import type { Places } from './parameters';
import { activationNamed, count } from './settings';

// What Gemma 2 and 3 share.

/** A bound of scores or logits; null for none. */
export const cap = z.number().positive().nullish();

/** Sizes that Transformers has where config.json says nothing. */
const DEFAULT_SIZE = 256;

export const gemmaConfig = gatedConfig.extend({
  head_dim: count.default(DEFAULT_SIZE),
  query_pre_attn_scalar: z.number().positive().default(DEFAULT_SIZE),
  hidden_activation: z.string().nullish(),
  attn_logit_softcapping: cap,
  final_logit_softcapping: cap,
});

/** GGUF files do not name it. */
export const GEMMA_ACTIVATION = 'gelu_pytorch_tanh';

/** Gains are stored as what they differ from 1. */
const plusOne = (tensor: string) => ({ tensor, add: 1 });

const PLACES: Places = {
  ...LLAMA_PLACES,
  'layers.#.attentionNorm': plusOne('model.layers.#.input_layernorm'),
  'layers.#.attentionOutputNorm': plusOne('model.layers.#.post_attention_layernorm'),
  'layers.#.feedForwardNorm': plusOne('model.layers.#.pre_feedforward_layernorm'),
  'layers.#.feedForwardOutputNorm': plusOne('model.layers.#.post_feedforward_layernorm'),
  'layers.#.attention.queryNorm': plusOne('model.layers.#.self_attn.q_norm'),
  'layers.#.attention.keyNorm': plusOne('model.layers.#.self_attn.k_norm'),
  norm: plusOne('model.norm'),
};

export function gemmaFromConfig(
  settings: z.infer<typeof gemmaConfig>,
  tensors: FileTensors,
  rotary?: readonly RotaryParameters[],
): GatedDecoder {
  const decoder = gatedFromConfig(settings, tensors, { tiedHead: true, places: PLACES, rotary });
  // `hidden_act` may stand beside it and is not what Transformers reads.
  const activation = activationNamed(
    settings.hidden_activation ?? GEMMA_ACTIVATION,
    tensors,
    'hidden_activation',
  );
  const bias = settings.attention_bias ?? false;
  return { ...decoder, activation, attention: () => ({ inputBias: bias, outputBias: bias }) };
}

/** What makes a gated decoder a Gemma: norms on both sides of each half, scaled embeddings, bounded scores and logits. */
export function asGemma(
  decoder: GatedDecoder,
  g: {
    /** Scores are divided by its root. */
    scoreSize: number;
    scoreCap?: number | null;
    logitCap?: number | null;
    attention(layer: number): Partial<SelfAttention>;
  },
): GatedDecoder {
  return {
    ...decoder,
    attention: (layer) => ({
      ...decoder.attention?.(layer),
      scale: 1 / Math.sqrt(g.scoreSize),
      softCap: g.scoreCap ?? undefined,
      ...g.attention(layer),
    }),
    spec: {
      normPlace: 'both',
      embeddingScale: Math.sqrt(decoder.config.hiddenSize),
      softCap: g.logitCap ?? undefined,
    },
  };
}

/**
 * Score size of a GGUF file, which does not say it: a head's, but for the largest model of the family, which llama.cpp knows by its
 * number of layers.
 */
export function ggufScoreSize({ hiddenSize, heads, headSize, layers }: ModelConfig, largest: number): number {
  return layers === largest ? hiddenSize / heads : headSize;
}

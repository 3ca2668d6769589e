import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { type EncoderDecoderSpec, encoderDecoderGraphs, encoderDecoderModel } from '../graphs/encoderDecoder';
import type { ModelConfig } from '../modelConfig';
import { checkAnswerTokens } from './answerTokens';
import type { Architecture, Family, FileTensors } from './family';
import { parametersOf } from './parameters';
import {
  activationNamed,
  contradictorySettings,
  count,
  layerCount,
  parseSettings,
  unsupportedSetting,
} from './settings';

/** BART (Lewis et al., 2020): learned positions, normalised embeddings, layer normalisation after each part, biases. */
export const bart: Family = {
  modelTypes: ['bart'],
  ggufArchitectures: [],
  fromConfig(json, tensors) {
    const settings = parseSettings(bartSchema.extend({ model_type: z.literal('bart') }), json, tensors);
    return bartArchitecture(settings, tensors, {
      // The first two rows were padding's.
      positions: { kind: 'learned', count: settings.max_position_embeddings + 2, offset: 2 },
      embeddingNorm: true,
      decoderStart: settings.decoder_start_token_id ?? 2,
    });
  },
};

export const bartSchema = z.object({
  vocab_size: count,
  d_model: count,
  max_position_embeddings: count,
  encoder_layers: layerCount,
  decoder_layers: layerCount,
  encoder_attention_heads: count,
  decoder_attention_heads: count,
  encoder_ffn_dim: count,
  decoder_ffn_dim: count,
  activation_function: z.string(),
  scale_embedding: z.boolean().optional(),
  normalize_before: z.boolean().optional(),
  add_final_layer_norm: z.boolean().optional(),
  tie_word_embeddings: z.boolean().optional(),
  decoder_start_token_id: z.int().nonnegative().nullish(),
});

type Settings = z.infer<typeof bartSchema> & { model_type: string };

/** What BART and its relatives have in common. Throws model-unsupported for variants that are not built, by name. */
export function bartArchitecture(
  settings: Settings,
  tensors: FileTensors,
  own: Pick<EncoderDecoderSpec, 'positions' | 'embeddingNorm'> &
    Pick<ModelConfig, 'decoderStart' | 'neverWritten'>,
): Architecture {
  const { d_model: hiddenSize, vocab_size: vocabularySize } = settings;
  const { positions, embeddingNorm, decoderStart, neverWritten } = own;
  const refuse = (property: string) => unsupportedSetting(tensors, property);
  const activation = activationNamed(settings.activation_function, tensors, 'activation_function');
  if (settings.normalize_before) throw refuse(l10n`normalisation before each part (normalize_before)`);
  if (settings.add_final_layer_norm) throw refuse(l10n`a normalisation at the end (add_final_layer_norm)`);
  if (settings.tie_word_embeddings === false) throw refuse(l10n`a head of its own (tie_word_embeddings)`);
  const { encoder_attention_heads: readers, decoder_attention_heads: writers } = settings;
  if ([readers, writers].some((count) => hiddenSize % count !== 0)) {
    throw contradictorySettings(
      tensors,
      l10n`${readers} and ${writers} heads for a hidden size of ${hiddenSize}`,
    );
  }
  const half = (layers: number, heads: number, intermediateSize: number) => ({
    layers,
    attention: {
      hiddenSize,
      heads,
      keyValueHeads: heads,
      headSize: hiddenSize / heads,
      inputBias: true,
      outputBias: true,
    },
    feedForward: {
      hiddenSize,
      intermediateSize,
      gated: false,
      activation,
      bias: true,
    },
  });
  const decoder = half(settings.decoder_layers, settings.decoder_attention_heads, settings.decoder_ffn_dim);
  const config: ModelConfig = {
    architecture: settings.model_type,
    kind: 'encoder-decoder',
    hiddenSize,
    embeddingSize: hiddenSize,
    layers: decoder.layers,
    heads: decoder.attention.heads,
    keyValueHeads: decoder.attention.heads,
    headSize: decoder.attention.headSize,
    vocabularySize,
    contextLength: settings.max_position_embeddings,
    encoder: { layers: settings.encoder_layers, heads: settings.encoder_attention_heads },
    decoderStart,
    neverWritten,
  };
  checkAnswerTokens(config, tensors);
  const model = encoderDecoderModel({
    config,
    encoder: half(settings.encoder_layers, settings.encoder_attention_heads, settings.encoder_ffn_dim),
    decoder,
    norm: { kind: 'layer', epsilon: 1e-5 },
    normPlace: 'after',
    finalNorm: false,
    positions,
    embeddingNorm,
    embeddingScale: settings.scale_embedding ? Math.sqrt(hiddenSize) : undefined,
    tiedHead: true,
    // Saved without its head by some, whose bias is zero.
    headBias: tensors.shapeOf('final_logits_bias') !== undefined,
  });
  return {
    model,
    parameters: parametersOf(model, encoderDecoderGraphs(model), (name) => ({ tensor: fileNames(name) })),
    // Copies of the token table, positions that are computed, and the version of the program that saved it.
    ignored: (name) =>
      name === 'lm_head.weight' ||
      /^(model\.)?(encoder|decoder)\.version$/.test(name) ||
      /^(model\.)?(encoder|decoder)\.embed_tokens\.weight$/.test(name) ||
      (positions.kind === 'sinusoidal' &&
        /^(model\.)?(encoder|decoder)\.embed_positions\.weight$/.test(name)),
  };
}

/** Part by part: `layers.0.source.query.weight` is `decoder.layers.0.encoder_attn.q_proj.weight`. */
const PARTS: Record<string, string> = {
  positionTable: 'embed_positions.weight',
  embeddingNorm: 'layernorm_embedding',
  attentionNorm: 'self_attn_layer_norm',
  attention: 'self_attn',
  sourceNorm: 'encoder_attn_layer_norm',
  source: 'encoder_attn',
  feedForwardNorm: 'final_layer_norm',
  'feedForward.up': 'fc1',
  'feedForward.down': 'fc2',
  query: 'q_proj',
  key: 'k_proj',
  value: 'v_proj',
  output: 'out_proj',
  gain: 'weight',
};

/** Saved with their head, models have `model.` before all names but the head's. */
function fileNames(name: string): string[] {
  if (name === 'head.bias') return ['final_logits_bias'];
  const inside = name.startsWith('encoder.') || name === 'embeddings' ? name : `decoder.${name}`;
  const theirs =
    name === 'embeddings'
      ? 'shared.weight'
      : inside.replace(/feedForward\.\w+|[a-zA-Z]+/g, (part) => PARTS[part] ?? part);
  return [`model.${theirs}`, theirs];
}

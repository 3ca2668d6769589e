import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { encoderGraphs, encoderModel } from '../graphs/encoder';
import type { RotaryTable } from '../languageModel';
import type { Family, FileTensors } from './family';
import { type Places, parametersOf, rowsFrom, sourcesIn } from './parameters';
import {
  activationNamed,
  count,
  headSizeOf,
  layerCount,
  parseSettings,
  unsupportedSetting,
} from './settings';

/**
 * ModernBERT (Warner et al., 2024): rotary positions, normalisation before each half, gated feed-forward, no biases. Layers
 * look at everything or at what is near, each kind with its own rotary base.
 */
export const modernbert: Family = {
  modelTypes: ['modernbert'],
  ggufArchitectures: [],

  fromConfig(json, tensors) {
    const settings = parseSettings(configSchema, json, tensors);
    const { hidden_size: hiddenSize, intermediate_size: intermediateSize } = settings;
    const heads = settings.num_attention_heads;
    const headSize = headSizeOf(hiddenSize, heads, tensors, 2);
    if (settings.norm_bias) throw unsupportedSetting(tensors, l10n`biases in its norms (norm_bias)`);
    if (settings.mlp_bias)
      throw unsupportedSetting(tensors, l10n`biases in its feed-forward layers (mlp_bias)`);
    if (settings.attention_bias) {
      throw unsupportedSetting(tensors, l10n`biases in its attention (attention_bias)`);
    }
    const masked = tensors.shapeOf('head.dense.weight') !== undefined;
    const activation = activationNamed(settings.hidden_activation, tensors, 'hidden_activation');
    const isLocal = localLayers(settings);
    // `local_attention` counts both sides.
    const window = Math.floor(settings.local_attention / 2) + 1;
    const model = encoderModel({
      config: {
        architecture: 'modernbert',
        kind: masked ? 'masked' : 'encoder',
        hiddenSize,
        embeddingSize: hiddenSize,
        layers: settings.num_hidden_layers,
        heads,
        keyValueHeads: heads,
        headSize,
        vocabularySize: settings.vocab_size,
        contextLength: settings.max_position_embeddings,
      },
      norm: { kind: 'layer', epsilon: settings.norm_eps, bias: false },
      normPlace: 'before',
      firstNormLess: true,
      finalNorm: true,
      attention: (layer) => ({
        hiddenSize,
        heads,
        keyValueHeads: heads,
        headSize,
        rotary: { table: isLocal(layer) ? LOCAL : GLOBAL },
        ...(isLocal(layer) && { window }),
      }),
      feedForward: { hiddenSize, intermediateSize, gated: true, activation },
      rotary: rotaryTables(settings, headSize, tensors),
      ...(masked && {
        head: {
          activation: activationNamed(settings.classifier_activation, tensors, 'classifier_activation'),
          bias: settings.classifier_bias,
          tied: settings.tie_word_embeddings ?? true,
          outputBias: settings.decoder_bias,
        },
      }),
    });
    return {
      model,
      parameters: parametersOf(model, encoderGraphs(model), sourcesIn(places(settings), ['', 'model.'])),
      ignored: (name) => name === 'decoder.weight',
    };
  },
};

/** Which rotary table is whose. */
const GLOBAL = 0;
const LOCAL = 1;

const rope = z.looseObject({ rope_theta: z.number().positive(), rope_type: z.string().optional() });

const configSchema = z.object({
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: layerCount,
  num_attention_heads: count,
  vocab_size: count,
  max_position_embeddings: count,
  norm_eps: z.number().positive().default(1e-5),
  hidden_activation: z.string().default('gelu'),
  classifier_activation: z.string().default('gelu'),
  classifier_bias: z.boolean().default(false),
  decoder_bias: z.boolean().default(true),
  norm_bias: z.boolean().optional(),
  mlp_bias: z.boolean().optional(),
  attention_bias: z.boolean().optional(),
  tie_word_embeddings: z.boolean().optional(),
  local_attention: count.default(128),
  // Transformers 5 lists the layers; 4 said how many there are from one global layer to the next.
  layer_types: z.array(z.string()).nullish(),
  global_attn_every_n_layers: count.default(3),
  rope_parameters: z.object({ full_attention: rope, sliding_attention: rope }).nullish(),
  global_rope_theta: z.number().positive().default(160_000),
  local_rope_theta: z.number().positive().nullish(),
});

type Settings = z.infer<typeof configSchema>;

function localLayers(settings: Settings): (layer: number) => boolean {
  const { layer_types: types, global_attn_every_n_layers: every } = settings;
  return (layer) => (types ? types[layer] === 'sliding_attention' : layer % every !== 0);
}

function rotaryTables(settings: Settings, headSize: number, tensors: FileTensors): RotaryTable[] {
  const { rope_parameters: own, global_rope_theta, local_rope_theta } = settings;
  for (const { rope_type } of own ? Object.values(own) : []) {
    if ((rope_type ?? 'default') === 'default') continue;
    throw unsupportedSetting(tensors, l10n`scaled rotary positions (rope_type ${String(rope_type)})`);
  }
  const tables: RotaryTable[] = [];
  tables[GLOBAL] = table(headSize, own?.full_attention.rope_theta ?? global_rope_theta);
  tables[LOCAL] = table(headSize, own?.sliding_attention.rope_theta ?? local_rope_theta ?? global_rope_theta);
  return tables;
}

function table(headSize: number, theta: number): RotaryTable {
  const frequencies = Float64Array.from(
    { length: headSize / 2 },
    (_, pair) => theta ** ((-2 * pair) / headSize),
  );
  return { frequencies, scale: 1 };
}

const LAYER = 'layers.#';

/** Query, key and value are one tensor in the files; gate and up as well, the half that is activated first. */
function places({ hidden_size: size, intermediate_size: width }: Settings): Places {
  const joined = `${LAYER}.attn.Wqkv`;
  const widening = `${LAYER}.mlp.Wi`;
  return {
    embeddings: 'embeddings.tok_embeddings',
    embeddingNorm: 'embeddings.norm',
    'layers.#.attentionNorm': `${LAYER}.attn_norm`,
    'layers.#.attention.query': { tensor: joined, rows: rowsFrom(0) },
    'layers.#.attention.key': { tensor: joined, rows: rowsFrom(size) },
    'layers.#.attention.value': { tensor: joined, rows: rowsFrom(2 * size) },
    'layers.#.attention.output': `${LAYER}.attn.Wo`,
    'layers.#.feedForwardNorm': `${LAYER}.mlp_norm`,
    'layers.#.feedForward.gate': { tensor: widening, rows: rowsFrom(0) },
    'layers.#.feedForward.up': { tensor: widening, rows: rowsFrom(width) },
    'layers.#.feedForward.down': `${LAYER}.mlp.Wo`,
    norm: 'final_norm',
    'head.dense': 'head.dense',
    'head.norm': 'head.norm',
    head: 'decoder',
  };
}

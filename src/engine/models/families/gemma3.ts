import * as z from 'zod';
import type { Family } from './family';
import { windowsOf } from './gatedConfig';
import { type GatedDecoder, gatedDecoder } from './gatedDecoder';
import { gatedFromGguf } from './gatedGguf';
import { asGemma, cap, GEMMA_ACTIVATION, gemmaConfig, gemmaFromConfig, ggufScoreSize } from './gemmaDecoder';
import { count, parseGgufSettings, parseSettings } from './settings';

const schema = gemmaConfig.extend({
  sliding_window_pattern: count.nullish(),
  rope_local_base_freq: z.number().positive().nullish(),
});

const ggufSchema = z.looseObject({
  final_logit_softcapping: cap,
  // Every so many layers see all, or for each layer whether it slides.
  'attention.sliding_window_pattern': z.union([count, z.array(z.boolean())]).optional(),
  'rope.freq_base_swa': z.number().positive().optional(),
});

/** Every so many layers see all, where nothing else is said. */
const PATTERN = 6;
/** Bases of the layers that see all, and of those that see a window. */
const [GLOBAL_BASE, LOCAL_BASE] = [1_000_000, 10_000];
/** Layers of Gemma 3 27B. */
const LARGEST = 62;

/**
 * Gemma 3 (2025), its text models: most layers see a window alone and have rotary positions of their own; queries and keys are
 * normalised head by head.
 */
export const gemma3: Family = {
  modelTypes: ['gemma3_text', 'gemma3'],
  ggufArchitectures: ['gemma3'],

  fromConfig(json, tensors) {
    const settings = parseSettings(schema, json, tensors);
    const pattern = settings.sliding_window_pattern ?? PATTERN;
    const windows = windowsOf(settings, tensors, (layer) => (layer + 1) % pattern !== 0);
    const named = settings.rope_parameters;
    const rotary = [
      { rope_theta: settings.rope_theta ?? GLOBAL_BASE, ...(named?.full_attention ?? settings.rope_scaling) },
      { rope_theta: settings.rope_local_base_freq ?? LOCAL_BASE, ...named?.sliding_attention },
    ];
    const plain = gemmaFromConfig({ ...settings, model_type: 'gemma3' }, tensors, rotary);
    return gatedDecoder(
      tensors,
      asGemma(plain, {
        scoreSize: settings.query_pre_attn_scalar,
        scoreCap: settings.attn_logit_softcapping,
        logitCap: settings.final_logit_softcapping,
        attention: (layer) => gemma3Attention(plain, windows[layer]),
      }),
    );
  },

  fromGguf(metadata, tensors) {
    const { settings, ...plain } = gatedFromGguf(metadata, tensors);
    const own = parseGgufSettings(ggufSchema, metadata, tensors);
    const window = settings['attention.sliding_window'] || undefined;
    const pattern = own['attention.sliding_window_pattern'] ?? PATTERN;
    const slides = (layer: number) =>
      typeof pattern === 'number' ? (layer + 1) % pattern !== 0 : pattern[layer % pattern.length];
    // Scaling is for the layers that see all. Files do not name the other base.
    const { size, contextLength } = plain.rotary[0]!;
    const base = own['rope.freq_base_swa'] ?? LOCAL_BASE;
    const local = { rope_type: 'default', rope_theta: base, size, contextLength };
    const decoder = asGemma(plain, {
      scoreSize: ggufScoreSize(plain.config, LARGEST),
      logitCap: own.final_logit_softcapping,
      attention: (layer) => gemma3Attention(plain, slides(layer) ? window : undefined),
    });
    return gatedDecoder(tensors, {
      ...decoder,
      activation: GEMMA_ACTIVATION,
      rotary: [plain.rotary[0]!, local],
    });
  },
};

function gemma3Attention({ normEpsilon, rotary }: GatedDecoder, window: number | undefined) {
  return {
    headNorm: { kind: 'rms' as const, epsilon: normEpsilon },
    window,
    rotary: { table: window === undefined ? 0 : 1, size: rotary[0]!.size },
  };
}

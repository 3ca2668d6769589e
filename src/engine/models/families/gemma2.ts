import * as z from 'zod';
import type { Family } from './family';
import { windowsOf } from './gatedConfig';
import { gatedDecoder } from './gatedDecoder';
import { gatedFromGguf } from './gatedGguf';
import { asGemma, cap, GEMMA_ACTIVATION, gemmaConfig, gemmaFromConfig, ggufScoreSize } from './gemmaDecoder';
import { parseGgufSettings, parseSettings } from './settings';

/** Bounds that Transformers has where config.json says nothing; null says that there is none. */
const [SCORE_CAP, LOGIT_CAP] = [50, 30];

const schema = gemmaConfig.extend({
  attn_logit_softcapping: cap.default(SCORE_CAP),
  final_logit_softcapping: cap.default(LOGIT_CAP),
});

const ggufCaps = z.looseObject({ attn_logit_softcapping: cap, final_logit_softcapping: cap });

/** Layers of Gemma 2 27B. */
const LARGEST = 46;

/** Gemma 2 (2024): every second layer sees a window alone; scores and logits are bounded softly. */
export const gemma2: Family = {
  modelTypes: ['gemma2'],
  ggufArchitectures: ['gemma2'],

  fromConfig(json, tensors) {
    const settings = parseSettings(schema, json, tensors);
    const windows = windowsOf(settings, tensors, (layer) => layer % 2 === 0);
    const decoder = asGemma(gemmaFromConfig(settings, tensors), {
      scoreSize: settings.query_pre_attn_scalar,
      scoreCap: settings.attn_logit_softcapping,
      logitCap: settings.final_logit_softcapping,
      attention: (layer) => ({ window: windows[layer] }),
    });
    return gatedDecoder(tensors, decoder);
  },

  fromGguf(metadata, tensors) {
    const { settings, ...plain } = gatedFromGguf(metadata, tensors);
    const caps = parseGgufSettings(ggufCaps, metadata, tensors);
    const window = settings['attention.sliding_window'] || undefined;
    const decoder = asGemma(plain, {
      scoreSize: ggufScoreSize(plain.config, LARGEST),
      scoreCap: caps.attn_logit_softcapping ?? SCORE_CAP,
      logitCap: caps.final_logit_softcapping ?? LOGIT_CAP,
      attention: (layer) => ({ window: layer % 2 === 0 ? window : undefined }),
    });
    return gatedDecoder(tensors, { ...decoder, activation: GEMMA_ACTIVATION });
  },
};

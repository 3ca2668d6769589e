import type { Family } from './family';
import { gatedConfig, gatedFromConfig } from './gatedConfig';
import { gatedDecoder } from './gatedDecoder';
import { gatedFromGguf, turnedInPairs } from './gatedGguf';
import { parseSettings } from './settings';

/**
 * Llama (Touvron et al., 2023), and models of its build such as SmolLM 2: RMS normalisation before attention and feed-forward,
 * rotary positions, grouped-query attention, a SiLU-gated feed-forward.
 */
export const llama: Family = {
  modelTypes: ['llama'],
  // Mistral's models too: with a window where the file names one.
  ggufArchitectures: ['llama'],

  fromConfig(json, tensors) {
    const settings = parseSettings(gatedConfig, json, tensors);
    const bias = settings.attention_bias ?? false;
    return gatedDecoder(tensors, {
      ...gatedFromConfig(settings, tensors, { tiedHead: false }),
      attention: () => ({ inputBias: bias, outputBias: bias }),
      feedForwardBias: settings.mlp_bias ?? false,
    });
  },

  fromGguf(metadata, tensors) {
    const { settings, ...decoder } = turnedInPairs(gatedFromGguf(metadata, tensors), tensors);
    const window = settings['attention.sliding_window'] || undefined;
    const has = (part: string) => tensors.shapeOf(`blk.0.${part}.bias`) !== undefined;
    return gatedDecoder(tensors, {
      ...decoder,
      attention: () => ({ window, inputBias: has('attn_q'), outputBias: has('attn_output') }),
      feedForwardBias: has('ffn_up'),
    });
  },
};

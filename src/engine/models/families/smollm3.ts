import * as z from 'zod';
import type { Family } from './family';
import { gatedConfig, gatedFromConfig, windowsOf } from './gatedConfig';
import { gatedDecoder } from './gatedDecoder';
import { gatedFromGguf, turnedInPairs } from './gatedGguf';
import { count, parseSettings } from './settings';

const schema = gatedConfig.extend({
  /** 1 where a layer turns by position, in spite of the name. */
  no_rope_layers: z.array(z.number()).nullish(),
  no_rope_layer_interval: count.nullish(),
});

/** Every so many layers do not turn, where nothing else is said; llama.cpp knows no other number. */
const INTERVAL = 4;

/** SmolLM 3 (2025): Llama, some of whose layers have no positions (NoPE). */
export const smollm3: Family = {
  modelTypes: ['smollm3'],
  ggufArchitectures: ['smollm3'],

  fromConfig(json, tensors) {
    const settings = parseSettings(schema, json, tensors);
    const interval = settings.no_rope_layer_interval ?? INTERVAL;
    const turns = (layer: number) => (settings.no_rope_layers?.[layer] ?? (layer + 1) % interval) !== 0;
    const windows = windowsOf(
      settings,
      tensors,
      (layer) => settings.use_sliding_window === true && !turns(layer),
    );
    const bias = settings.attention_bias ?? false;
    return gatedDecoder(tensors, {
      ...gatedFromConfig(settings, tensors, { tiedHead: true }),
      attention: (layer) => ({
        inputBias: bias,
        outputBias: bias,
        window: windows[layer],
        ...(turns(layer) ? {} : { rotary: undefined }),
      }),
      feedForwardBias: settings.mlp_bias ?? false,
    });
  },

  fromGguf(metadata, tensors) {
    const decoder = turnedInPairs(gatedFromGguf(metadata, tensors), tensors);
    return gatedDecoder(tensors, {
      ...decoder,
      attention: (layer) => ((layer + 1) % INTERVAL === 0 ? { rotary: undefined } : {}),
    });
  },
};

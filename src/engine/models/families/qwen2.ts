import * as z from 'zod';
import type { Family, FileTensors } from './family';
import { gatedConfig, gatedFromConfig, windowsOf } from './gatedConfig';
import { gatedDecoder } from './gatedDecoder';
import { gatedFromGguf } from './gatedGguf';
import { parseSettings } from './settings';

export const qwenConfig = gatedConfig.extend({ max_window_layers: z.int().nonnegative().nullish() });

/** The window of each layer: none below `max_window_layers`, in spite of the name. */
export function qwenWindows(settings: z.infer<typeof qwenConfig>, tensors: FileTensors) {
  const used = settings.use_sliding_window ?? false;
  const first = settings.max_window_layers ?? DEFAULT_WINDOW_LAYERS;
  const own = { ...settings, sliding_window: used ? settings.sliding_window : undefined };
  return windowsOf(own, tensors, (layer) => used && layer >= first);
}

/** Where config.json says nothing. */
const DEFAULT_WINDOW_LAYERS = 28;

/** Qwen 2 and 2.5 (Yang et al., 2024): Llama with biases on queries, keys and values. */
export const qwen2: Family = {
  modelTypes: ['qwen2'],
  ggufArchitectures: ['qwen2'],

  fromConfig(json, tensors) {
    const settings = parseSettings(qwenConfig, json, tensors);
    const windows = qwenWindows(settings, tensors);
    return gatedDecoder(tensors, {
      ...gatedFromConfig(settings, tensors, { tiedHead: false }),
      attention: (layer) => ({ inputBias: true, window: windows[layer] }),
    });
  },

  fromGguf(metadata, tensors) {
    return gatedDecoder(tensors, {
      ...gatedFromGguf(metadata, tensors),
      attention: () => ({ inputBias: true }),
    });
  },
};

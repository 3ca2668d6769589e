import type { Family } from './family';
import { gatedConfig, gatedFromConfig } from './gatedConfig';
import { gatedDecoder } from './gatedDecoder';
import { parseSettings } from './settings';

/** Mistral (Jiang et al., 2023): Llama whose tokens see no further back than a window. As GGUF it is a Llama. */
export const mistral: Family = {
  modelTypes: ['mistral'],
  ggufArchitectures: [],

  fromConfig(json, tensors) {
    const settings = parseSettings(gatedConfig, json, tensors);
    const window = settings.sliding_window ?? undefined;
    return gatedDecoder(tensors, {
      ...gatedFromConfig(settings, tensors, { tiedHead: false }),
      attention: () => ({ window }),
    });
  },
};

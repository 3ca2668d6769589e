import type { Family } from './family';
import { gatedFromConfig } from './gatedConfig';
import { gatedDecoder } from './gatedDecoder';
import { gatedFromGguf } from './gatedGguf';
import { qwenConfig, qwenWindows } from './qwen2';
import { parseSettings } from './settings';

/** Qwen 3 (Yang et al., 2025): Llama whose queries and keys are normalised head by head. */
export const qwen3: Family = {
  modelTypes: ['qwen3'],
  ggufArchitectures: ['qwen3'],

  fromConfig(json, tensors) {
    const settings = parseSettings(qwenConfig, json, tensors);
    const windows = qwenWindows(settings, tensors);
    const bias = settings.attention_bias ?? false;
    const decoder = gatedFromConfig(settings, tensors, { tiedHead: false });
    return gatedDecoder(tensors, {
      ...decoder,
      attention: (layer) => ({
        inputBias: bias,
        outputBias: bias,
        headNorm: { kind: 'rms', epsilon: decoder.normEpsilon },
        window: windows[layer],
      }),
    });
  },

  fromGguf(metadata, tensors) {
    const decoder = gatedFromGguf(metadata, tensors);
    return gatedDecoder(tensors, {
      ...decoder,
      attention: () => ({ headNorm: { kind: 'rms', epsilon: decoder.normEpsilon } }),
    });
  },
};

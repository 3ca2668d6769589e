import type { Family } from './family';
import { gatedConfig, gatedFromConfig, LLAMA_PLACES } from './gatedConfig';
import { type GatedDecoder, gatedDecoder } from './gatedDecoder';
import { GGUF_PLACES, gatedFromGguf } from './gatedGguf';
import { type Places, rowsFrom } from './parameters';
import { parseSettings } from './settings';

/**
 * Phi-3 and Phi-4 (Abdin et al., 2024): Llama whose query, key and value products are stored as one matrix, gate and up as another;
 * part of a head may turn, and longer contexts come by LongRoPE.
 */
export const phi3: Family = {
  modelTypes: ['phi3'],
  ggufArchitectures: ['phi3'],

  fromConfig(json, tensors) {
    const settings = parseSettings(gatedConfig, json, tensors);
    const decoder = gatedFromConfig(settings, tensors, { tiedHead: false });
    const window = settings.sliding_window ?? undefined;
    return gatedDecoder(tensors, {
      ...decoder,
      // Older files call LongRoPE by the names it had before.
      rotary: decoder.rotary.map((positions) =>
        ['su', 'yarn'].includes(positions.rope_type) ? { ...positions, rope_type: 'longrope' } : positions,
      ),
      attention: () => ({ window }),
      places: joined(decoder, LLAMA_PLACES, {
        attention: 'model.layers.#.self_attn.qkv_proj',
        feedForward: 'model.layers.#.mlp.gate_up_proj',
      }),
    });
  },

  fromGguf(metadata, tensors) {
    const { settings, ...decoder } = gatedFromGguf(metadata, tensors);
    const window = settings['attention.sliding_window'] || undefined;
    return gatedDecoder(tensors, {
      ...decoder,
      attention: () => ({ window }),
      places: joined(decoder, GGUF_PLACES, { attention: 'blk.#.attn_qkv', feedForward: 'blk.#.ffn_up' }),
    });
  },
};

/** Places in matrices that join queries, keys and values, and gate and up, one below the other. */
function joined(
  { config, intermediateSize }: GatedDecoder,
  places: Places,
  names: { attention: string; feedForward: string },
): Places {
  const queries = config.heads * config.headSize;
  const keys = config.keyValueHeads * config.headSize;
  return {
    ...places,
    'layers.#.attention.query': { tensor: names.attention, rows: rowsFrom(0) },
    'layers.#.attention.key': { tensor: names.attention, rows: rowsFrom(queries) },
    'layers.#.attention.value': { tensor: names.attention, rows: rowsFrom(queries + keys) },
    'layers.#.feedForward.gate': { tensor: names.feedForward, rows: rowsFrom(0) },
    'layers.#.feedForward.up': { tensor: names.feedForward, rows: rowsFrom(intermediateSize) },
  };
}

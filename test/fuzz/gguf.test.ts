import { describe, expect, it } from 'vitest';
import { HeaderGoesOn, parseGgufHeader } from '../../src/engine/models/gguf';
import { buildGguf } from '../models/ggufBuilder';
import { FUZZ_CASES, fuzz } from './fuzz';

const FILE = 'damaged.gguf';

describe('damaged GGUF headers', () => {
  it('are read or refused, in bounded time and memory', () => {
    const seeds = [2, 3].map((version) =>
      buildGguf(
        {
          'general.architecture': 'llama',
          'general.alignment': 32,
          'llama.block_count': 2,
          'llama.rope.freq_base': 0.5,
          'tokenizer.ggml.tokens': ['a', 'b', 'ü🙂'],
          'tokenizer.ggml.add_bos_token': true,
        },
        [
          { name: 'token_embd.weight', shape: [3, 2], type: 0, bytes: new Uint8Array(24) },
          { name: 'output_norm.weight', shape: [2], type: 8, bytes: new Uint8Array(8) },
        ],
        { version },
      ),
    );
    const { cases, accepted } = fuzz(seeds, (bytes) => {
      try {
        parseGgufHeader(bytes, FILE);
      } catch (error) {
        // The caller reads on, or says that the file was cut short.
        if (!(error instanceof HeaderGoesOn)) throw error;
      }
    });
    expect(cases).toBe(FUZZ_CASES);
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(cases);
  }, 120_000);
});

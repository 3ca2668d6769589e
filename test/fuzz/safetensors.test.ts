import { describe, expect, it } from 'vitest';
import { headerLength, parseSafetensorsHeader } from '../../src/engine/safetensors';
import { encodeSafetensors } from '../../src/engine/safetensorsWriter';
import { FUZZ_CASES, fuzz } from './fuzz';

const FILE = 'damaged.safetensors';

describe('damaged safetensors headers', () => {
  it('are read or refused, in bounded time and memory', () => {
    const seed = encodeSafetensors(
      {
        'model.embed_tokens.weight': { shape: [3, 2], data: new Float32Array(6) },
        'model.norm.weight': { shape: [2], data: new Float32Array(2) },
        ids: { shape: [1, 2], data: new BigInt64Array(2) },
      },
      { format: 'pt', note: 'ü🙂' },
    );
    const { cases, accepted } = fuzz([new Uint8Array(seed)], (bytes) => {
      const first = bytes.slice(0, 8);
      const length = headerLength(FILE, bytes.length, first.buffer);
      parseSafetensorsHeader(FILE, bytes.subarray(8, 8 + length), bytes.length);
    });
    expect(cases).toBe(FUZZ_CASES);
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(cases);
  }, 120_000);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RotaryParameters, rotaryTable } from '../../src/engine/models/rotaryScaling';

interface Case {
  parameters: RotaryParameters & { rope_type: string; rope_theta: number };
  size: number;
  contextLength: number;
  frequencies: number[];
  scale: number;
}

const file = join(__dirname, '../oracle/fixtures/rotary-scaling.json');
const cases = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Case>;

describe('rotary tables', () => {
  it.each(Object.entries(cases))('%s: the frequencies and the scale of Transformers', (_, c) => {
    const { frequencies, scale } = rotaryTable({ ...c.parameters, ...c }, 'config.json');
    expect(frequencies).toHaveLength(c.frequencies.length);
    for (const [i, expected] of c.frequencies.entries()) {
      expect(Math.abs(frequencies[i]! / expected - 1)).toBeLessThan(2e-6);
    }
    expect(scale).toBeCloseTo(c.scale, 7);
  });

  const plain = { rope_type: 'default', rope_theta: 10_000, size: 8, contextLength: 128 };

  it('divide by what a file lists', () => {
    const { frequencies } = rotaryTable({ ...plain, divisors: [1, 2, 4, 8] }, 'model.gguf');
    expect(Array.from(frequencies, (frequency) => frequency.toPrecision(6))).toEqual(
      [1, 0.1 / 2, 0.01 / 4, 0.001 / 8].map((frequency) => frequency.toPrecision(6)),
    );
  });

  it('are for the original context where another would begin beyond it', () => {
    const longrope = { ...plain, rope_type: 'longrope', original_max_position_embeddings: 32 };
    expect(rotaryTable({ ...longrope, short_factor: [1, 1, 1, 1] }, '').contextLength).toBe(32);
    expect(rotaryTable({ ...plain, original_max_position_embeddings: 32 }, '').contextLength).toBe(128);
  });

  it.each([
    ['model-unsupported', 'rope_type toString', { rope_type: 'toString' }],
    ['model-invalid', 'lack factor', { rope_type: 'linear' }],
    ['model-invalid', 'lack low_freq_factor', { rope_type: 'llama3', factor: 8, high_freq_factor: 4 }],
    ['model-invalid', '3 factors for 4 frequencies', { rope_type: 'longrope', short_factor: [1, 1, 1] }],
    ['model-invalid', '5 factors for 4 frequencies', { divisors: [1, 1, 1, 1, 1] }],
    ['model-invalid', 'turn 7 values of a head', { size: 7 }],
    ['model-invalid', 'turn 0 values of a head', { size: 0 }],
  ])('%s: %s', (code, message, settings) => {
    const open = () => rotaryTable({ ...plain, ...settings }, 'config.json');
    expect(open).toThrow(message);
    expect(open).toThrow(expect.objectContaining({ code }));
  });
});

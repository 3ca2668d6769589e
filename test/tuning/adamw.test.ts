import { describe, expect, it } from 'vitest';
import { ADAMW_DEFAULTS, clipNorm, startAdamW, updateAdamW } from '../../src/engine/tuning/adamw';
import table from '../oracle/fixtures/adamw.json';

describe.each(table.runs)('AdamW with weight decay $weight_decay', ({ weight_decay, start, clip, steps }) => {
  it('walks with torch.optim.AdamW, the gradient clipped', () => {
    const parameters = Float32Array.from(start);
    const state = startAdamW(parameters.length);
    for (const step of steps) {
      const gradient = Float32Array.from(step.gradient);
      const norm = clipNorm(gradient, clip);
      expect(Math.abs(norm - step.norm)).toBeLessThanOrEqual(2e-7 * step.norm);
      const settings = { ...ADAMW_DEFAULTS, weightDecay: weight_decay };
      updateAdamW(parameters, gradient, state, step.learning_rate, settings);
      for (const [i, expected] of step.parameters.entries()) {
        expect(Math.abs(parameters[i]! - expected)).toBeLessThan(1e-6);
      }
    }
    expect(state.step).toBe(steps.length);
  });
});

describe('clipNorm', () => {
  it('leaves a short gradient as it is', () => {
    const gradient = Float32Array.of(0.3, -0.4);
    expect(clipNorm(gradient, 1)).toBeCloseTo(0.5, 6);
    expect([...gradient]).toEqual([Math.fround(0.3), Math.fround(-0.4)]);
  });

  it('says when a gradient is not finite', () => {
    expect(clipNorm(Float32Array.of(1, Number.NaN), 1)).toBeNaN();
  });
});

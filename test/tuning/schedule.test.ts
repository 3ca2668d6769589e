import { describe, expect, it } from 'vitest';
import { type Decay, learningRateAt } from '../../src/engine/tuning/schedule';
import curves from '../oracle/fixtures/peft-curve/curves.json';

describe('learningRateAt', () => {
  it('follows get_linear_schedule_with_warmup', () => {
    const schedule = {
      highest: curves.learning_rate,
      warmupSteps: curves.warmup_steps,
      steps: curves.steps,
      decay: 'linear' as const,
    };
    for (const [step, expected] of curves.runs.plain.learning_rate.entries()) {
      expect(learningRateAt(step, schedule)).toBeCloseTo(expected, 12);
    }
  });

  // Formulas of transformers.optimization, by hand: cosine 0.5 (1 + cos(pi progress)), constant 1.
  it.each<[Decay, number[]]>([
    ['cosine', [0, 0.5, 1, 0.75, 0.25, 0]],
    ['none', [0, 0.5, 1, 1, 1, 1]],
    ['linear', [0, 0.5, 1, 2 / 3, 1 / 3, 0]],
  ])('%s', (decay, expected) => {
    const rates = expected.map((_, step) =>
      learningRateAt(step, { highest: 1, warmupSteps: 2, steps: 5, decay }),
    );
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i]!, 12);
  });

  it('starts at the highest without a warm-up, and stays at zero beyond the end', () => {
    const schedule = { highest: 0.03, warmupSteps: 0, steps: 10, decay: 'linear' as const };
    expect(learningRateAt(0, schedule)).toBe(0.03);
    expect(learningRateAt(12, schedule)).toBe(0);
  });
});

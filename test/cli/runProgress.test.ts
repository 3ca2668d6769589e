import { describe, expect, it } from 'vitest';
import { RunProgress } from '../../src/cli/runProgress';
import { labelMetrics } from '../../src/engine/evaluation/metrics';
import type { RunEvent } from '../../src/protocol/runs';

const step = (number: number, loss: number): RunEvent => ({
  type: 'step',
  time: 10_000 + 2_000 * number,
  step: number,
  loss,
  learningRate: 0.01,
  gradientNorm: 1,
  tokens: 500,
  seconds: 1,
});

const validation = (contender: 'tuned' | 'zero-shot', correct: number): RunEvent => ({
  type: 'evaluation',
  time: 0,
  step: 3,
  split: 'validation',
  contender,
  metrics: labelMetrics(
    Array.from({ length: 10 }, (_, row) => ({
      expected: 'a',
      predicted: row < correct ? 'a' : 'b',
      loss: 1,
    })),
    ['a', 'b'],
  ),
});

describe('RunProgress', () => {
  it('shows what it is doing before the first step', () => {
    const progress = new RunProgress();
    expect(progress.line()).toBe('');
    progress.apply({ type: 'phase', time: 0, phase: 'loading model', done: 0, total: 0 });
    expect(progress.line()).toBe('loading model…');
    progress.apply({ type: 'phase', time: 0, phase: 'loading model', done: 3, total: 8 });
    expect(progress.line()).toBe('loading model 3/8');
  });

  it('shows step, loss, accuracy, speed and the time left', () => {
    const progress = new RunProgress(100);
    for (let number = 1; number <= 12; number++) progress.apply(step(number, number <= 2 ? 50 : 0.5));
    progress.apply(validation('tuned', 9));
    progress.apply(validation('zero-shot', 6));
    // The clock went on for 1 + 11 × 2 seconds in 12 steps: 88 more take 168.67 seconds. The mean loss is of ten steps.
    expect(progress.line()).toBe(
      'step 12/100 · loss 0.500 · accuracy 0.900 (zero-shot 0.600) · 500 tokens/s · 2:49 min left',
    );
  });

  it('says what holds up the steps', () => {
    const progress = new RunProgress(100);
    progress.apply(step(1, 1));
    progress.apply({ type: 'phase', time: 0, phase: 'validating', done: 1, total: 2 });
    expect(progress.line()).toMatch(/ · validating 1\/2$/);
    progress.apply(step(2, 1));
    expect(progress.line()).toMatch(/left$/);
  });

  it('shows the test alone after training', () => {
    const progress = new RunProgress(1);
    progress.apply(step(1, 1));
    progress.apply({ type: 'state', time: 0, state: 'testing' });
    progress.apply({ type: 'phase', time: 0, phase: 'testing tuned', done: 7, total: 24 });
    expect(progress.line()).toBe('testing tuned 7/24');
  });

  it('counts the time left from where a resumed run went on', () => {
    const progress = new RunProgress(60);
    progress.apply(step(50, 1));
    expect(progress.line()).toMatch(/ · 10 s left$/);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { LivePace } from '../../../src/extension/sidebar/livePace';
import { duration, statusText } from '../../../src/extension/sidebar/liveWords';
import type { RunSummary } from '../../../src/protocol/runs';

const run: RunSummary = {
  id: 'support-1',
  folder: '/w/.softprompt/runs/support-1',
  task: 'support',
  taskFile: '/w/support.softprompt.json',
  state: 'training',
  createdAt: '2026-11-22T10:15:30.000Z',
  step: 34,
  steps: 1200,
  modelName: 'smollm2-135m-instruct',
};

describe('statusText', () => {
  it('shows step, time left and loss while training', () => {
    expect(statusText(run, { loss: 0.4123, secondsLeft: 130 })).toBe(
      '$(sync~spin) support 34/1,200 · 2 min left · loss 0.412',
    );
    expect(statusText(run, {})).toBe('$(sync~spin) support 34/1,200');
  });

  it('stands still when the run does', () => {
    expect(statusText({ ...run, state: 'paused' }, { loss: 0.4, secondsLeft: 9 })).toBe(
      '$(debug-pause) support 34/1,200 · paused',
    );
    expect(statusText({ ...run, state: 'preparing' }, {})).toBe('$(sync~spin) support preparing');
  });
});

it.each([
  [0.4, '0 s'],
  [119, '119 s'],
  [125, '2 min'],
  [3599, '60 min'],
  [4020, '1 h 07 min'],
])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

const STEPS = 200;

describe('what the panel has an alert about', () => {
  let live: LivePace;
  const steps = (...losses: number[]): void => {
    for (const loss of losses) {
      const step = ++done;
      live.hear('/r', { type: 'step', step, time: step, loss, seconds: 1 } as never);
    }
  };
  const validation = (contender: string, accuracy: number): void =>
    live.hear('/r', {
      type: 'evaluation',
      step: done,
      split: 'validation',
      contender,
      metrics: { kind: 'label', accuracy },
    } as never);
  const alert = () => live.alert('/r', STEPS);
  const noisy = (count: number, from: number, by: number): number[] =>
    Array.from({ length: count }, (_, step) => from + step * by + (step % 2) * 0.1);
  let done = 0;

  beforeEach(() => {
    live = new LivePace();
    done = 0;
  });

  it('is a loss that rises, or is no number, and not one that falls, however noisily', () => {
    expect(alert()).toBeUndefined();
    steps(...noisy(30, 2, -0.05));
    expect(alert()).toBeUndefined();
    steps(...noisy(15, 2.5, 0));
    expect(alert()).toBe('rising');
    live.hear('/r', { type: 'resumed', time: 0, step: 30 });
    expect(alert()).toBeUndefined();
    steps(1, Number.NaN);
    expect(alert()).toBe('rising');
  });

  it('is a loss that stands still while validation does not get better', () => {
    steps(...noisy(30, 2, -0.05), ...noisy(60, 1, 0));
    expect(alert()).toBe('still');
    validation('tuned', 0.9);
    expect(alert()).toBeUndefined();
  });

  it('is a hard prompt that is not beaten late in the run', () => {
    validation('zero-shot', 0.5);
    validation('few-shot', 0.7);
    steps(...noisy(120, 2, -0.01));
    validation('tuned', 0.7);
    expect(alert()).toBeUndefined();
    steps(...noisy(50, 0.8, -0.01));
    expect(alert()).toBe('behind');
    validation('tuned', 0.75);
    expect(alert()).toBeUndefined();
  });

  it('is said first, and looks like a warning', () => {
    expect(statusText(run, { alert: 'rising', loss: 2 })).toBe(
      '$(warning) support: loss rising · 34/1,200 · loss 2.000',
    );
  });
});

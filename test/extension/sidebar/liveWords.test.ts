import { describe, expect, it } from 'vitest';
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

describe('a rising loss', () => {
  function pace(losses: number[]): LivePace {
    const live = new LivePace();
    losses.forEach((loss, step) => {
      live.hear('/r', { type: 'step', step, time: step, loss, seconds: 1 } as never);
    });
    return live;
  }
  const falling = Array.from({ length: 30 }, (_, step) => 2 - step * 0.05 + (step % 2) * 0.3);

  it('is told from one that falls, however noisily', () => {
    expect(pace(falling).lossRises('/r')).toBe(false);
    expect(pace([...falling, ...Array(10).fill(2.5)]).lossRises('/r')).toBe(true);
    expect(pace([1, Number.NaN]).lossRises('/r')).toBe(true);
    expect(pace([]).lossRises('/r')).toBe(false);
  });

  it('looks like a warning', () => {
    expect(statusText(run, { rising: true })).toContain('$(warning)');
  });
});

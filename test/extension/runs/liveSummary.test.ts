import { describe, expect, it } from 'vitest';
import { applyEvent, interrupt } from '../../../src/extension/runs/liveSummary';
import type { Contender, LabelMetrics } from '../../../src/protocol/metrics';
import type { RunEvent, RunSummary } from '../../../src/protocol/runs';

const RUN: RunSummary = {
  id: 'support-1',
  folder: '/w/.softprompt/runs/support-1',
  task: 'support',
  taskFile: '/w/support.softprompt.json',
  state: 'training',
  createdAt: '2026-11-22T10:15:30.000Z',
  step: 3,
  steps: 100,
  modelName: 'smollm2-135m-instruct',
};

function evaluation(contender: Contender, split: 'validation' | 'test', accuracy: number): RunEvent {
  const metrics: LabelMetrics = {
    kind: 'label',
    rows: 100,
    loss: 1,
    accuracy,
    interval: [0, 1],
    macroF1: accuracy,
    classes: [],
    confusion: { labels: [], counts: [] },
  };
  return { type: 'evaluation', time: 1, step: 3, split, contender, metrics };
}

describe('applyEvent', () => {
  it('keeps the best score on validation until the test has spoken', () => {
    const events = [evaluation('tuned', 'validation', 0.8), evaluation('tuned', 'validation', 0.7)];
    const validated = events.reduce(applyEvent, RUN);
    expect(validated).toMatchObject({ score: 0.8, scoreOn: 'validation' });
    const tested = applyEvent(validated, evaluation('tuned', 'test', 0.75));
    expect(tested).toMatchObject({ score: 0.75, scoreOn: 'test' });
    expect(applyEvent(tested, evaluation('tuned', 'validation', 0.99))).toEqual(tested);
  });

  it('takes the strongest hard prompt on the test rows as the one to beat', () => {
    const events = [
      evaluation('zero-shot', 'validation', 0.95),
      evaluation('zero-shot', 'test', 0.6),
      evaluation('few-shot', 'test', 0.5),
    ];
    expect(events.reduce(applyEvent, RUN).baseline).toBe(0.6);
  });

  it('follows steps and states, and leaves the summary as it is for the rest', () => {
    const step: RunEvent = {
      type: 'step',
      time: 1,
      step: 4,
      loss: 0.5,
      learningRate: 0.03,
      gradientNorm: 1,
      tokens: 400,
      seconds: 1,
    };
    expect(applyEvent(RUN, step).step).toBe(4);
    expect(applyEvent(RUN, { type: 'state', time: 1, state: 'paused' }).state).toBe('paused');
    expect(applyEvent(RUN, { type: 'notice', time: 1, message: 'x' })).toBe(RUN);
  });
});

describe('interrupt', () => {
  it('interrupts what was live and nothing else', () => {
    expect(interrupt(RUN).state).toBe('interrupted');
    expect(interrupt({ ...RUN, state: 'finished' }).state).toBe('finished');
  });
});

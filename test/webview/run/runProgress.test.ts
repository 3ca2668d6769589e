import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/protocol/runs';
import {
  applyEvents,
  elapsedSeconds,
  secondsLeft,
  startProgress,
  tokensPerSecond,
} from '../../../src/webview/run/runProgress';
import { syntheticRun } from '../syntheticRun';

const step = (number: number, time: number, loss = 1): RunEvent => ({
  type: 'step',
  time,
  step: number,
  loss,
  learningRate: 0.01,
  gradientNorm: 1,
  tokens: 500,
  seconds: 2,
});
const state = (name: 'preparing' | 'training' | 'paused' | 'finished', time: number): RunEvent => ({
  type: 'state',
  time,
  state: name,
});

describe('the progress of a run', () => {
  test('does not depend on how its events are bundled', () => {
    const { events } = syntheticRun();
    const whole = applyEvents(startProgress('preparing'), events);
    fc.assert(
      fc.property(fc.array(fc.nat(events.length)), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), events.length];
        let progress = startProgress('preparing');
        let from = 0;
        for (const end of ends) {
          progress = applyEvents(progress, events.slice(from, end));
          from = end;
        }
        expect(progress).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  test('leaves the progress before as it was', () => {
    const before = applyEvents(startProgress('training'), [step(1, 0)]);
    const copy = structuredClone(before);
    applyEvents(before, [step(2, 2000), { type: 'resumed', time: 9000, step: 0 }]);
    expect(before).toEqual(copy);
  });

  test('after a resume, the steps done again replace the ones that were lost', () => {
    const progress = applyEvents(startProgress('training'), [
      ...[1, 2, 3, 4].map((number) => step(number, number * 1000, 1)),
      { type: 'resumed', time: 60_000, step: 2 },
      step(3, 61_000, 0.5),
    ]);
    expect(progress.curve.step).toEqual([1, 2, 3]);
    expect(progress.curve.loss).toEqual([1, 1, 0.5]);
    expect(progress.resumedAt).toEqual([2]);
    // Even where the line that tells of the resume was lost.
    expect(applyEvents(progress, [step(2, 70_000, 0.4)]).curve.step).toEqual([1, 2]);
  });

  test('remembers where training was paused, as far as those steps still stand', () => {
    const progress = applyEvents(startProgress('training'), [
      step(1, 1000),
      step(2, 2000),
      state('paused', 2500),
      state('training', 9000),
      step(3, 10_000),
    ]);
    expect(progress.pausedAt).toEqual([2]);
    expect(applyEvents(progress, [{ type: 'resumed', time: 20_000, step: 1 }]).pausedAt).toEqual([]);
  });

  test('memory is there for the steps that tell it', () => {
    const { curve } = applyEvents(startProgress('training'), [
      step(1, 1000),
      { ...step(2, 2000), memory: 2e9 } as RunEvent,
    ]);
    expect(curve.memory).toEqual([null, 2e9]);
  });

  test('knows the phases of the present state, and what is under way', () => {
    const phase = (name: string, done: number, total: number): RunEvent => ({
      type: 'phase',
      time: 0,
      phase: name,
      done,
      total,
    });
    const preparing = [state('preparing', 0), phase('reading', 0, 0), phase('loading', 1, 4)];
    const before = applyEvents(startProgress('preparing'), preparing);
    expect(before.phases.map(({ name }) => name)).toEqual(['reading', 'loading']);
    expect(before.activity).toEqual({ name: 'loading', done: 1, total: 4 });
    const after = applyEvents(before, [
      phase('loading', 4, 4),
      state('training', 1),
      phase('validating', 3, 8),
    ]);
    expect(after.phases.map(({ name }) => name)).toEqual(['validating']);
    expect(after.activity?.name).toBe('validating');
    expect(applyEvents(after, [step(1, 2)]).activity).toBeUndefined();
    expect(applyEvents(after, [phase('validating', 8, 8)]).activity).toBeUndefined();
  });

  test('time left follows the pace since training last went on', () => {
    const progress = applyEvents(startProgress('preparing'), [
      state('training', 0),
      step(1, 1000),
      step(2, 2000),
      state('paused', 2500),
      state('training', 600_000),
      step(3, 602_000),
      step(4, 604_000),
    ]);
    expect(secondsLeft(progress, 10)).toBe(12);
    expect(tokensPerSecond(progress)).toBe(250);
    expect(secondsLeft(startProgress('training'), 10)).toBeUndefined();
  });

  test('elapsed time counts work, not pauses, nor the time between a kill and the resume', () => {
    const progress = applyEvents(startProgress('preparing'), [
      state('preparing', 0),
      state('training', 10_000),
      state('paused', 20_000),
      state('training', 50_000),
      step(1, 55_000),
      state('preparing', 500_000),
      { type: 'resumed', time: 501_000, step: 1 },
      state('training', 502_000),
    ]);
    // 10 + 10 + 5 before the kill; 1 from training to the next event after it.
    expect(elapsedSeconds(progress, 502_000)).toBe(26);
    expect(elapsedSeconds(progress, 505_000)).toBe(29);
    expect(elapsedSeconds(applyEvents(progress, [state('finished', 506_000)]), 900_000)).toBe(30);
  });

  test('skips events of newer versions', () => {
    const odd = { type: 'hologram', time: 5 } as unknown as RunEvent;
    expect(applyEvents(startProgress('training'), [odd]).curve.step).toEqual([]);
  });
});

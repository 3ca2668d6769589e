import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunFeed } from '../../../src/extension/panel/runFeed';
import type { RunDetail, RunEvent } from '../../../src/protocol/runs';

function step(number: number): RunEvent {
  return {
    type: 'step',
    time: 1000 + number,
    step: number,
    loss: 1,
    learningRate: 0.03,
    gradientNorm: 1,
    tokens: 10,
    seconds: 1,
  };
}

const detail = (events: RunEvent[]): RunDetail =>
  ({ folder: '/w/run', record: {}, events, predictions: [] }) as unknown as RunDetail;

describe('RunFeed', () => {
  it('shows each event once and in order, whenever the file was read', () => {
    // The host writes an event, then tells of it. The read sees the first `written` events; `heardBefore` of all were
    // told before the answer came, the rest after it. An event that is not in the file yet is told later.
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(30), (total, a, b) => {
        const events = Array.from({ length: total }, (_, index) => step(index));
        const written = Math.min(a, total);
        const heardBefore = Math.min(b, total);
        const feed = new RunFeed();
        for (const event of events.slice(0, heardBefore)) expect(feed.take([event])).toEqual([]);
        const opened = feed.open(detail(events.slice(0, written))).events;
        const later = events.slice(heardBefore).flatMap((event) => feed.take([event]));
        expect([...opened, ...later]).toEqual(events);
      }),
    );
  });

  it('tells events of one moment apart', () => {
    const feed = new RunFeed();
    feed.open(detail([]));
    const phase = (done: number): RunEvent => ({
      type: 'phase',
      time: 5,
      phase: 'zero-shot',
      done,
      total: 9,
    });
    expect(feed.take([phase(1), phase(2), phase(1)])).toEqual([phase(1), phase(2)]);
  });
});

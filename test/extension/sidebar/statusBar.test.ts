import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LivePace } from '../../../src/extension/sidebar/livePace';
import { createStatusBar } from '../../../src/extension/sidebar/statusBar';
import type { RunSummary } from '../../../src/protocol/runs';
import { EventEmitter, window } from '../fakeVscode';

const changed = new EventEmitter<void>();
const item = { text: '', command: undefined as unknown, show: vi.fn(), hide: vi.fn(), dispose: () => {} };
let live: RunSummary | undefined;
let bar: { dispose(): void };

function run(step: number, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'mood-1',
    folder: '/w/.softprompt/runs/mood-1',
    task: 'mood',
    taskFile: '/w/mood.softprompt.json',
    state: 'training',
    createdAt: '2026-11-22T10:15:30.000Z',
    step,
    steps: 100,
    modelName: 'm',
    ...more,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(window, 'createStatusBarItem').mockReturnValue(item as never);
  live = undefined;
  const runs = {
    onChanged: changed.event,
    lossOf: () => 0.5,
    get live() {
      return live;
    },
  };
  bar = createStatusBar({ runs, tasksView: { pace: new LivePace() } } as never);
});

afterEach(() => {
  bar.dispose();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function change(next: RunSummary | undefined): string {
  live = next;
  changed.fire();
  return item.text;
}

it('is written at once when a run starts, pauses or ends, and else once a second: clicks need it to stand still', () => {
  expect(change(run(1))).toContain('mood 1/100');
  expect(change(run(2))).toContain('mood 1/100');
  vi.advanceTimersByTime(1_100);
  expect(item.text).toContain('mood 2/100');
  expect(change(run(3, { state: 'paused' }))).toContain('3/100 · paused');
  item.hide.mockClear();
  change(undefined);
  expect(item.hide).toHaveBeenCalledOnce();
});

it('keeps the same command all the time: one that is replaced while it is clicked is lost', () => {
  expect(item.command).toBe('softprompt.openPanel');
  change(run(1));
  vi.advanceTimersByTime(5_000);
  expect(item.command).toBe('softprompt.openPanel');
});

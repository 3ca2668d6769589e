import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Softprompt } from '../../../src/extension/context';
import { continueAfterReload } from '../../../src/extension/runs/continueAfterReload';
import type { RunState, RunSummary } from '../../../src/protocol/runs';
import { EventEmitter, silentLog, window } from '../fakeVscode';

let folder: string;
let state: RunState;
let live: Partial<RunSummary> | undefined;
let kept: unknown;
let requests: string[];
const changed = new EventEmitter<void>();
const ended = new EventEmitter<RunSummary>();

const summary = (): RunSummary =>
  ({ folder, task: 'support', state, step: 120, steps: 300, createdAt: '2026-11-22' }) as RunSummary;

const softprompt = {
  log: silentLog,
  extension: {
    workspaceState: {
      get: () => kept,
      update: async (_: string, value: unknown) => {
        kept = value;
      },
    },
  },
  host: { request: async (method: string) => requests.push(method) },
  panel: { open: async () => {} },
  runs: {
    all: async () => [summary()],
    refresh: async () => {},
    get live() {
      return live;
    },
    onChanged: changed.event,
    onEnded: ended.event,
  },
} as unknown as Softprompt;

/** What the person is told, and what they press. */
let told: string[];
let answer: string | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-continue-'));
  await writeFile(join(folder, 'metrics.jsonl'), '');
  state = 'interrupted';
  live = undefined;
  requests = [];
  told = [];
  answer = undefined;
  vi.spyOn(window, 'showInformationMessage').mockImplementation(async (message?: string) => {
    told.push(message ?? '');
    return answer as undefined;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function start(before: unknown): Promise<void> {
  kept = before;
  const going = continueAfterReload(softprompt);
  await vi.waitFor(() =>
    expect(told.length + requests.length + Number(kept === undefined)).toBeGreaterThan(0),
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  going.dispose();
}

describe('after a reload', () => {
  it('goes on with the run that was being trained, and says so', async () => {
    await start({ folder, paused: false });
    expect(requests).toEqual(['training/resume']);
    expect(told).toEqual(['The run of “support” goes on, from its checkpoint at step 120 of 300.']);
    expect(kept).toMatchObject({ folder, continuedAt: expect.any(Number) });
  });

  it('leaves one alone that stood still by choice', async () => {
    await start({ folder, paused: true });
    expect(requests).toEqual([]);
    expect(kept).toBeUndefined();
  });

  it('leaves one alone that has ended meanwhile', async () => {
    state = 'cancelled';
    await start({ folder, paused: false });
    expect(requests).toEqual([]);
    expect(kept).toBeUndefined();
  });

  it('asks after a longer break', async () => {
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(folder, 'metrics.jsonl'), hourAgo, hourAgo);
    await start({ folder, paused: false });
    expect(requests).toEqual([]);
    expect(told).toEqual(['The run of “support” was interrupted at step 120 of 300.']);
    answer = 'Resume';
    await start({ folder, paused: false });
    await vi.waitFor(() => expect(requests).toEqual(['training/resume']));
  });

  it('asks when it went on by itself a moment ago: it may have brought the crash about', async () => {
    await start({ folder, paused: false, continuedAt: Date.now() - 10_000 });
    expect(requests).toEqual([]);
    expect(told).toHaveLength(1);
  });

  it('knows nothing from what it cannot read', async () => {
    kept = { folder: 7 };
    continueAfterReload(softprompt).dispose();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(requests).toEqual([]);
  });
});

describe('while a run is trained', () => {
  it('remembers it, also that it is paused, and forgets it at its end', () => {
    kept = undefined;
    const going = continueAfterReload(softprompt);
    live = { folder, state: 'training' };
    changed.fire();
    expect(kept).toEqual({ folder, paused: false });
    live = { folder, state: 'paused' };
    changed.fire();
    expect(kept).toEqual({ folder, paused: true });
    ended.fire({ ...summary(), state: 'interrupted' });
    expect(kept).toEqual({ folder, paused: true });
    ended.fire({ ...summary(), state: 'finished' });
    expect(kept).toBeUndefined();
    going.dispose();
  });
});

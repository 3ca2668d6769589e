import { describe, expect, it, vi } from 'vitest';
import type { ComputeThread, Told } from '../../src/host/computeThread';
import { Trainings } from '../../src/host/trainings';
import type { RunEvent } from '../../src/protocol/runs';

const FOLDER = '/w/.softprompt/runs/mood-1';

/** Trainings over a thread that the test plays. */
function played() {
  let told: (told: Told) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const outcome = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const thread = { run: () => outcome, tell: vi.fn(), end: vi.fn(async () => {}) };
  const failRun = vi.fn(async () => {});
  const events: RunEvent[] = [];
  const trainings = new Trainings({
    startThread(onTold) {
      told = onTold;
      return thread as unknown as ComputeThread;
    },
    failRun,
    onEvent: (_, event) => events.push(event),
    onPredictions: () => {},
  });
  const say = (state: 'training' | 'finished'): void =>
    told({ type: 'event', folder: FOLDER, event: { type: 'state', time: 1, state } });
  return {
    trainings,
    thread,
    failRun,
    events,
    fail,
    say,
    create: () => told({ type: 'created', folder: FOLDER }),
  };
}

describe('Trainings', () => {
  it('says of a run whose thread was lost that it failed, in its folder too', async () => {
    const { trainings, failRun, events, fail, say, create } = played();
    const started = trainings.start({ taskFile: '/w/mood.softprompt.json' });
    create();
    expect(await started).toEqual({ folder: FOLDER });
    say('training');
    fail(new Error('the thread is gone'));
    await vi.waitFor(() => expect(trainings.liveFolder).toBeUndefined());
    expect(failRun).toHaveBeenCalledWith(FOLDER, expect.objectContaining({ message: 'the thread is gone' }));
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'failed' });
  });

  it('does not say twice how a run ended', async () => {
    const { trainings, failRun, events, fail, say, create } = played();
    void trainings.start({ taskFile: '/w/mood.softprompt.json' });
    create();
    say('finished');
    fail(new Error('too late to matter'));
    await vi.waitFor(() => expect(trainings.liveFolder).toBeUndefined());
    expect(failRun).not.toHaveBeenCalled();
    expect(events).toHaveLength(1);
  });

  it('works on a run until its thread has let go, and says so only then', async () => {
    const { trainings, fail, say, create } = played();
    void trainings.start({ taskFile: '/w/mood.softprompt.json' });
    create();
    say('training');
    expect(await trainings.worksOn(FOLDER)).toBe(true);
    say('finished');
    const after = trainings.worksOn(FOLDER);
    fail(new Error('the thread ends'));
    expect(await after).toBe(false);
  });

  it('rejects a start that comes to nothing, and is free for the next', async () => {
    const { trainings, fail } = played();
    const started = trainings.start({ taskFile: '/w/mood.softprompt.json' });
    await expect(trainings.start({ taskFile: '/w/b.softprompt.json' })).rejects.toThrow(/Another run/);
    fail(new Error('no such column'));
    await expect(started).rejects.toThrow('no such column');
    await vi.waitFor(() => expect(() => trainings.tell(FOLDER, 'pause')).toThrow(/is not being trained/));
    expect(trainings.liveFolder).toBeUndefined();
  });

  it('waits for the checkpoint when the process goes away, but not for ever', async () => {
    const { trainings, thread, create } = played();
    void trainings.start({ taskFile: '/w/mood.softprompt.json' });
    create();
    await trainings.suspend(100); // the thread never answers
    expect(thread.tell).toHaveBeenCalledWith({ type: 'suspend' });
  });
});

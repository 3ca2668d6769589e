import { describe, expect, it } from 'vitest';
import type { ComputeThread, Told } from '../../src/host/computeThread';
import { LabelChecks } from '../../src/host/labelChecks';
import { SoftpromptError } from '../../src/protocol/errors';
import type { LabelProgress, LabelReview } from '../../src/protocol/labels';

function setUp(training = false) {
  let settle!: { resolve(review: LabelReview): void; reject(error: Error): void };
  let tell!: (told: Told) => void;
  const seen = { progress: [] as LabelProgress[], ended: 0, started: 0 };
  const checks = new LabelChecks({
    startThread(onTold) {
      tell = onTold;
      seen.started++;
      return {
        run: () => new Promise((resolve, reject) => (settle = { resolve, reject })),
        end: async () => void seen.ended++,
      } as unknown as ComputeThread;
    },
    async requireNoTraining() {
      if (training) throw new SoftpromptError('run-invalid', 'Another run is being trained.');
    },
    onProgress: (progress) => seen.progress.push(progress),
  });
  const check = () => checks.check({ taskFile: '/w/a.softprompt.json' }, new AbortController().signal);
  return { checks, check, seen, settle: () => settle, tell: () => tell };
}

const review = { rows: 3 } as LabelReview;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('LabelChecks', () => {
  it('passes progress and result on, one search at a time, and gives the thread back', async () => {
    const { checks, check, seen, settle, tell } = setUp();
    const first = check();
    await settled();
    expect(() => checks.requireIdle()).toThrow('Suspicious labels are being looked for.');
    await expect(check()).rejects.toMatchObject({ code: 'run-invalid' });
    tell()({ type: 'labels', progress: { share: 0.5 } as LabelProgress });
    settle().resolve(review);
    expect(await first).toBe(review);
    expect(seen).toEqual({ progress: [{ share: 0.5 }], ended: 1, started: 1 });
    checks.requireIdle();
  });

  it('can be asked again after a failure', async () => {
    const { checks, check, seen, settle } = setUp();
    const first = check();
    await settled();
    settle().reject(new SoftpromptError('cancelled', 'Cancelled.'));
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    checks.requireIdle();
    expect(seen.ended).toBe(1);
  });

  it('does not begin beside a training', async () => {
    const { checks, check, seen } = setUp(true);
    await expect(check()).rejects.toThrow('Another run is being trained.');
    expect(seen.started).toBe(0);
    checks.requireIdle();
  });
});

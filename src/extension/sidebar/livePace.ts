import { secondsLeft } from '../../protocol/pace';
import type { RunEvent } from '../../protocol/runs';

interface Steps {
  step: number[];
  time: number[];
  seconds: number[];
  /** Index of the first step since the run was started, continued or resumed. */
  start: number;
  loss: number[];
  /** The lowest mean loss of some steps in a row so far. */
  lowest: number;
}

/** Steps whose mean loss is looked at. */
const WINDOW = 10;
/** A loss this much above the lowest so far is rising: as a part of the lowest, and in nats. */
const RISE = { share: 0.6, nats: 0.4 };

/** How live runs go, from what the host tells of their steps. */
export class LivePace {
  readonly #runs = new Map<string, Steps>();

  hear(folder: string, event: RunEvent): void {
    if (event.type === 'step') {
      const run = this.#runs.get(folder) ?? {
        step: [],
        time: [],
        seconds: [],
        start: 0,
        loss: [],
        lowest: Number.POSITIVE_INFINITY,
      };
      run.step.push(event.step);
      run.time.push(event.time);
      run.seconds.push(event.seconds);
      run.loss.push(event.loss);
      if (run.loss.length >= WINDOW) run.lowest = Math.min(run.lowest, recentLoss(run));
      this.#runs.set(folder, run);
    } else if (event.type === 'resumed') {
      this.#runs.delete(folder); // steps are made again, perhaps by another computer's pace
    } else if (event.type === 'state') {
      const run = this.#runs.get(folder);
      if (run) run.start = run.step.length; // no pause between two steps counts
    }
  }

  /** Seconds until the last planned step; undefined while that is not known. */
  secondsLeft(folder: string, planned: number): number | undefined {
    const run = this.#runs.get(folder);
    return run && secondsLeft(run, run.start, planned);
  }

  /** Whether the loss goes up instead of down, or is no number any more: the panel says what to try. */
  lossRises(folder: string): boolean {
    const run = this.#runs.get(folder);
    if (!run) return false;
    if (run.loss.some((loss) => !Number.isFinite(loss))) return true;
    const { share, nats } = RISE;
    return run.loss.length >= 2 * WINDOW && recentLoss(run) - run.lowest > Math.max(nats, share * run.lowest);
  }
}

function recentLoss({ loss }: Steps): number {
  return loss.slice(-WINDOW).reduce((sum, one) => sum + one, 0) / WINDOW;
}

import { secondsLeft } from '../../protocol/pace';
import type { RunEvent } from '../../protocol/runs';

interface Steps {
  step: number[];
  time: number[];
  seconds: number[];
  /** Index of the first step since the run was started, continued or resumed. */
  start: number;
}

/** How fast live runs go, from what the host tells of their steps. */
export class LivePace {
  readonly #runs = new Map<string, Steps>();

  hear(folder: string, event: RunEvent): void {
    if (event.type === 'step') {
      const run = this.#runs.get(folder) ?? { step: [], time: [], seconds: [], start: 0 };
      run.step.push(event.step);
      run.time.push(event.time);
      run.seconds.push(event.seconds);
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
}

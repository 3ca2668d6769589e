import { headlineScore } from '../../protocol/metrics';
import { secondsLeft } from '../../protocol/pace';
import type { RunEvent } from '../../protocol/runs';
import { type LiveAlert, type LiveCurve, liveAlert } from './liveAlert';

interface Steps extends LiveCurve {
  step: number[];
  time: number[];
  seconds: number[];
  loss: number[];
  /** Index of the first step since the run was started, continued or resumed. */
  start: number;
  /** What is said of it just now. */
  told?: LiveAlert;
}

/** How live runs go, from what the host tells of their steps and validations. */
export class LivePace {
  readonly #runs = new Map<string, Steps>();

  hear(folder: string, event: RunEvent): void {
    const run = this.#runs.get(folder) ?? { step: [], time: [], seconds: [], start: 0, loss: [] };
    this.#runs.set(folder, run);
    switch (event.type) {
      case 'step':
        run.step.push(event.step);
        run.time.push(event.time);
        run.seconds.push(event.seconds);
        run.loss.push(event.loss);
        break;
      case 'evaluation':
        if (event.split === 'validation') hearValidation(run, event);
        break;
      case 'resumed':
        this.#runs.delete(folder); // steps are made again, perhaps by another computer's pace
        break;
      case 'state':
        run.start = run.step.length; // no pause between two steps counts
        break;
    }
  }

  /** Seconds until the last planned step; undefined while that is not known. */
  secondsLeft(folder: string, planned: number): number | undefined {
    const run = this.#runs.get(folder);
    return run && secondsLeft(run, run.start, planned);
  }

  /** What the panel has an alert about; `planned`: steps of the whole run. */
  alert(folder: string, planned: number): LiveAlert | undefined {
    const run = this.#runs.get(folder);
    if (!run) return undefined;
    run.told = liveAlert(run, planned, run.told);
    return run.told;
  }
}

function hearValidation(run: Steps, event: Extract<RunEvent, { type: 'evaluation' }>): void {
  const score = headlineScore(event.metrics);
  if (event.contender !== 'tuned') run.hard = Math.max(run.hard ?? 0, score);
  else if (!run.best || score > run.best.score) run.best = { step: event.step, score };
}

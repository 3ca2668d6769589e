import type { Metrics } from '../protocol/metrics';
import { headlineScore } from '../protocol/metrics';
import type { RunEvent } from '../protocol/runs';
import { duration, score } from './figures';

type StepEvent = Extract<RunEvent, { type: 'step' }>;
type EvaluationEvent = Extract<RunEvent, { type: 'evaluation' }>;

/** Steps whose mean gives speed and loss. */
const WINDOW = 10;

/** What a run's events so far amount to, in one line. */
export class RunProgress {
  private steps: StepEvent[] = [];
  private firstStep: { step: number; time: number } | null = null;
  private phase: { phase: string; done: number; total: number } | null = null;
  private validation: EvaluationEvent | null = null;
  private zeroShot: EvaluationEvent | null = null;

  /** `planned`: optimiser steps of the whole run; unknown until the run's record says. */
  constructor(public planned = 0) {}

  apply(event: RunEvent): void {
    if (event.type === 'step') {
      // Counted from when the step began, so that the first one has a duration.
      this.firstStep ??= { step: event.step - 1, time: event.time - 1000 * event.seconds };
      this.steps = [...this.steps.slice(1 - WINDOW), event];
      this.phase = null;
    } else if (event.type === 'phase') {
      this.phase = event;
    } else if (event.type === 'state' && event.state === 'testing') {
      // Training is over: its figures would only stand in the way.
      this.steps = [];
    } else if (event.type === 'evaluation' && event.split === 'validation') {
      if (event.contender === 'tuned') this.validation = event;
      else if (event.contender === 'zero-shot') this.zeroShot = event;
    }
  }

  /** `step 34/120 · loss 0.412 · accuracy 0.860 (zero-shot 0.610) · 1204 tokens/s · 2:31 min left`. */
  line(): string {
    const last = this.steps.at(-1);
    const phase = this.phase ? phaseText(this.phase) : null;
    if (!last) return phase ?? '';
    const parts = [
      `step ${last.step}${this.planned ? `/${this.planned}` : ''}`,
      `loss ${score(mean(this.steps.map(({ loss }) => loss)))}`,
      this.validation ? validationText(this.validation.metrics, this.zeroShot?.metrics) : null,
      `${Math.round(this.tokensPerSecond())} tokens/s`,
      phase ?? this.remainingText(last),
    ];
    return parts.filter(Boolean).join(' · ');
  }

  private tokensPerSecond(): number {
    const tokens = this.steps.reduce((total, step) => total + step.tokens, 0);
    const seconds = this.steps.reduce((total, step) => total + step.seconds, 0);
    return seconds === 0 ? 0 : tokens / seconds;
  }

  /** By the clock, so that looks at the validation rows count too. */
  private remainingText(last: StepEvent): string | null {
    if (!this.planned || !this.firstStep) return null;
    const secondsAStep = (last.time - this.firstStep.time) / 1000 / (last.step - this.firstStep.step);
    return `${duration(secondsAStep * Math.max(0, this.planned - last.step))} left`;
  }
}

export function phaseText({ phase, done, total }: { phase: string; done: number; total: number }): string {
  return total > 0 ? `${phase} ${done}/${total}` : `${phase}…`;
}

function validationText(tuned: Metrics, zeroShot: Metrics | undefined): string {
  const name = tuned.kind === 'label' ? 'accuracy' : 'word F1';
  const against = zeroShot ? ` (zero-shot ${score(headlineScore(zeroShot))})` : '';
  return `${name} ${score(headlineScore(tuned))}${against}`;
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

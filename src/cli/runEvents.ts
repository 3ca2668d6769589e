import { formatReport } from '../protocol/errors';
import { headlineScore } from '../protocol/metrics';
import type { RunEvent } from '../protocol/runs';
import { score } from './figures';
import { RunProgress } from './runProgress';
import type { Terminal } from './terminal';

/** Where nobody watches, a plain line every so many steps. */
const PLAIN_EVERY = 10;

/** Shows a run's events: a progress line for a person, plain lines for a log, JSON lines for a program. */
export class RunEvents {
  private readonly progress = new RunProgress();
  private phase = '';

  constructor(private readonly terminal: Terminal) {}

  /** Optimiser steps of the whole run; 0 as long as it is not known. */
  get planned(): number {
    return this.progress.planned;
  }

  set planned(steps: number) {
    this.progress.planned = steps;
  }

  show(event: RunEvent): void {
    this.terminal.json(event);
    this.progress.apply(event);
    const line = this.lineFor(event);
    if (line) this.terminal.note(line);
    this.terminal.progress(this.progress.line());
  }

  private lineFor(event: RunEvent): string | null {
    switch (event.type) {
      case 'notice':
        return [event.message, event.hint?.replaceAll('\n', '\n  ')]
          .filter(Boolean)
          .join(event.hint?.includes('\n') ? '\n  ' : ' ');
      case 'resumed':
        return `Going on after step ${event.step}.`;
      case 'state':
        return event.error ? formatReport(event.error) : null;
      case 'evaluation': {
        const name = event.metrics.kind === 'label' ? 'accuracy' : 'word F1';
        const figures = `${name} ${score(headlineScore(event.metrics))}, loss ${score(event.metrics.loss)}`;
        return event.split === 'validation'
          ? `Step ${event.step}: ${event.contender}, validation ${figures}`
          : `Test: ${event.contender}, ${figures}`;
      }
      case 'phase':
        return this.terminal.live ? null : this.newPhase(event.phase);
      case 'step':
        return !this.terminal.live && (event.step === 1 || event.step % PLAIN_EVERY === 0)
          ? this.progress.line()
          : null;
    }
  }

  private newPhase(phase: string): string | null {
    if (phase === this.phase) return null;
    this.phase = phase;
    return `${phase.slice(0, 1).toUpperCase()}${phase.slice(1)}…`;
  }
}

import { l10n } from 'vscode';
import { headlineScore } from '../../protocol/metrics';
import { LIVE_STATES, type RunEvent, type RunSummary } from '../../protocol/runs';
import { formatCount } from '../wording';

export function isLive(run: Pick<RunSummary, 'state'>): boolean {
  return LIVE_STATES.includes(run.state);
}

/** A run's line in the sidebar after one more event. The host's own summary, read again at the end, has the last word. */
export function applyEvent(run: RunSummary, event: RunEvent): RunSummary {
  switch (event.type) {
    case 'state':
      return { ...run, state: event.state };
    case 'step':
      return { ...run, step: event.step };
    case 'resumed':
      return { ...run, step: event.step };
    case 'evaluation': {
      const score = headlineScore(event.metrics);
      if (event.contender !== 'tuned') {
        return event.split === 'test' ? { ...run, baseline: Math.max(run.baseline ?? 0, score) } : run;
      }
      if (event.split === 'test') return { ...run, score, scoreOn: 'test' };
      if (run.scoreOn === 'test') return run;
      return { ...run, score: Math.max(run.score ?? 0, score), scoreOn: 'validation' };
    }
    default:
      return run;
  }
}

/** The process that worked on the run is gone. */
export function interrupt(run: RunSummary): RunSummary {
  return isLive(run) ? { ...run, state: 'interrupted' } : run;
}

/** `step 120 of 300`: how far a run is. */
export function stepOfSteps(run: Pick<RunSummary, 'step' | 'steps'>): string {
  return l10n.t('step {0} of {1}', formatCount(run.step), formatCount(run.steps));
}

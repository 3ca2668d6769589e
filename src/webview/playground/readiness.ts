import { t } from '../kit/l10n';
import { RUN_STATES } from '../run/runStates';
import type { PanelModel, ShownRun } from '../run/store';

/** Why the playground has to wait; undefined when it can answer. */
export interface Waiting {
  reason: string;
  /** Pausing the run would help. */
  pause?: boolean;
}

/** A prompt is on disk, and no training holds the processor. */
export function waitingFor(run: ShownRun, connection: PanelModel['connection']): Waiting | undefined {
  const { record, progress } = run;
  const { state } = progress;
  if (connection !== 'ready') return { reason: t('The training host is being started again.') };
  if (state === 'training') {
    return {
      reason: t('Training takes the whole processor. Pause the run to try its best prompt so far.'),
      pause: true,
    };
  }
  if (RUN_STATES[state].live && state !== 'paused') {
    return { reason: t('The run is busy. The prompt can be tried when it is done.') };
  }
  if (!record.best && !record.results.tuned) {
    return { reason: t('This run has no prompt yet: the first one is kept at the first validation.') };
  }
  return undefined;
}

import { t } from '../kit/l10n';
import type { RunProgress } from '../run/runProgress';
import { RUN_STATES } from '../run/runStates';
import type { ShownRun } from '../run/store';
import type { Mark } from './chartAnnotations';

/** All charts by step of the run panel: the pointer is at the same step in each. */
export const STEPS_GROUP = 'steps';

/** Right end of the axis: the plan while a run lives, what was done of it afterwards. */
export function lastX({ record, progress }: ShownRun): number {
  const done = progress.curve.step.at(-1) ?? 0;
  return RUN_STATES[progress.state].live ? Math.max(record.steps, done) : done;
}

/** Where training stopped for a while. */
export function stepMarks({ resumedAt, pausedAt }: RunProgress): Mark[] {
  const marks = [
    ...pausedAt.map((x) => ({ x, label: t('paused') })),
    ...resumedAt.map((x) => ({ x, label: t('resumed') })),
  ];
  return marks.filter(({ x }) => x > 0).sort((a, b) => a.x - b.x);
}

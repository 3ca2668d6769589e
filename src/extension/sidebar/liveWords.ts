import { l10n } from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import { fixed, formatCount, percent, STATE_WORDS } from '../wording';
import type { LiveAlert } from './liveAlert';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** What is known of a live run beside its summary. */
export interface LiveFacts {
  /** Of the last step, in nats. */
  loss?: number;
  /** Until the last step. */
  secondsLeft?: number;
  /** What the panel has an alert about. */
  alert?: LiveAlert;
}

/** In a word or two, and as a sentence. */
export const ALERTS: Readonly<Record<LiveAlert, { short: string; long: string }>> = {
  rising: {
    short: l10n.t('loss rising'),
    long: l10n.t('The loss is rising: the panel says what to try.'),
  },
  still: {
    short: l10n.t('no progress'),
    long: l10n.t('There is no progress any more: the panel says what to try.'),
  },
  behind: {
    short: l10n.t('hard prompt not beaten'),
    long: l10n.t('The best hard prompt is not beaten: the panel says what to try.'),
  },
};

/** `45 s`, `12 min`, `1 h 07 min`: rounded so that it stands still. */
export function duration(seconds: number): string {
  if (seconds < 2 * MINUTE) return l10n.t('{0} s', Math.round(seconds));
  if (seconds < HOUR) return l10n.t('{0} min', Math.round(seconds / MINUTE));
  const minutes = Math.round((seconds % HOUR) / MINUTE);
  return l10n.t('{0} h {1} min', Math.floor(seconds / HOUR), String(minutes).padStart(2, '0'));
}

/** How far a live run is: `34/120 · 2 min left · loss 0.412`. An alert comes first: the line may be cut. */
export function progressWords(run: RunSummary, { loss, secondsLeft, alert }: LiveFacts): string {
  const training = run.state === 'training';
  const parts: string[] = alert ? [ALERTS[alert].short] : [];
  if (training || run.state === 'paused') parts.push(`${formatCount(run.step)}/${formatCount(run.steps)}`);
  if (!training) parts.push(STATE_WORDS[run.state]);
  if (training && secondsLeft !== undefined) parts.push(l10n.t('{0} left', duration(secondsLeft)));
  if (training && loss !== undefined) parts.push(l10n.t('loss {0}', fixed(loss, 3)));
  return parts.join(' · ');
}

/** The status bar while a run is live. */
export function statusText(run: RunSummary, live: LiveFacts): string {
  const icon = run.state === 'paused' ? '$(debug-pause)' : live.alert ? '$(warning)' : '$(sync~spin)';
  return `${icon} ${run.task}${live.alert ? ':' : ''} ${progressWords(run, live)}`;
}

/** Score so far, and where it was measured. */
export function scoreWords({ score, scoreOn }: RunSummary): string | undefined {
  if (score === undefined) return undefined;
  return scoreOn === 'test'
    ? l10n.t('{0} on the test rows', percent(score))
    : l10n.t('{0} on the validation rows', percent(score));
}

import { l10n } from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import { fixed, formatCount, percent, STATE_WORDS } from '../wording';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** What is known of a live run beside its summary. */
export interface LiveFacts {
  /** Of the last step, in nats. */
  loss?: number;
  /** Until the last step. */
  secondsLeft?: number;
  /** The loss goes up. */
  rising?: boolean;
}

/** `45 s`, `12 min`, `1 h 07 min`: rounded so that it stands still. */
export function duration(seconds: number): string {
  if (seconds < 2 * MINUTE) return l10n.t('{0} s', Math.round(seconds));
  if (seconds < HOUR) return l10n.t('{0} min', Math.round(seconds / MINUTE));
  const minutes = Math.round((seconds % HOUR) / MINUTE);
  return l10n.t('{0} h {1} min', Math.floor(seconds / HOUR), String(minutes).padStart(2, '0'));
}

/** How far a live run is: `34/120 · 2 min left · loss 0.412`. */
export function progressWords(run: RunSummary, { loss, secondsLeft }: LiveFacts): string {
  const training = run.state === 'training';
  const parts: string[] = [];
  if (training || run.state === 'paused') parts.push(`${formatCount(run.step)}/${formatCount(run.steps)}`);
  if (!training) parts.push(STATE_WORDS[run.state]);
  if (training && secondsLeft !== undefined) parts.push(l10n.t('{0} left', duration(secondsLeft)));
  if (training && loss !== undefined) parts.push(l10n.t('loss {0}', fixed(loss, 3)));
  return parts.join(' · ');
}

/** The status bar while a run is live. */
export function statusText(run: RunSummary, live: LiveFacts): string {
  const icon = run.state === 'paused' ? '$(debug-pause)' : live.rising ? '$(warning)' : '$(sync~spin)';
  return `${icon} ${run.task} ${progressWords(run, live)}`;
}

/** Score so far, and where it was measured. */
export function scoreWords({ score, scoreOn }: RunSummary): string | undefined {
  if (score === undefined) return undefined;
  return scoreOn === 'test'
    ? l10n.t('{0} on the test rows', percent(score))
    : l10n.t('{0} on the validation rows', percent(score));
}

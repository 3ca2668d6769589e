import { t } from './l10n';

/** What the host is busy with before the first step and after the last, by the names it sends. */
const PHASES: Readonly<Record<string, string>> = {
  'reading data': t('reading data'),
  'opening model': t('opening model'),
  'loading model': t('loading model'),
  'scoring zero-shot': t('scoring zero-shot'),
  'validating zero-shot': t('validating zero-shot'),
  'choosing few-shot examples': t('choosing few-shot examples'),
  validating: t('validating'),
  'testing tuned': t('testing tuned'),
  'testing zero-shot': t('testing zero-shot'),
  'testing few-shot': t('testing few-shot'),
  'answering rows': t('answering rows'),
  'looking up nearest words': t('looking up nearest words'),
};

/** In the display language; a phase that is not known here as it was sent. */
export function phaseName(phase: string): string {
  return PHASES[phase] ?? phase;
}

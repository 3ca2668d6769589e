/**
 * What a run or an evaluation is busy with apart from its steps, as events and notifications name it. People see the names in
 * the display language: scripts/l10n collects them.
 */
export const PHASES = [
  'reading data',
  'opening model',
  'loading model',
  'reading rows',
  'scoring zero-shot',
  'validating zero-shot',
  'choosing few-shot examples',
  'validating',
  'testing tuned',
  'testing zero-shot',
  'testing few-shot',
  'answering rows',
  'looking up nearest words',
] as const;

export type Phase = (typeof PHASES)[number];

import { tKnown } from './l10n';

/** What the host is busy with before the first step and after the last; a phase that is not known here as it was sent. */
export const phaseName = (phase: string): string => tKnown(phase);

import { brokenAt, dueToLead, lossCurve, risenSince, stillFor } from '../../protocol/lossCurve';

/** What the panel has an alert about. */
export type LiveAlert = 'rising' | 'still' | 'behind';

/** What is known of a live run's steps and validations. */
export interface LiveCurve {
  step: readonly number[];
  loss: readonly number[];
  /** Score of the tuned prompt at its best validation. */
  best?: { step: number; score: number };
  /** The best hard prompt's score on the same rows. */
  hard?: number;
}

/** A score that came so much above the hard prompts' is no alert any more, in shares. */
const CLEAR = 0.01;

/** The first thing to worry about, by the rules of the panel's alerts. `told`: what was said before. */
export function liveAlert(run: LiveCurve, planned: number, told?: LiveAlert): LiveAlert | undefined {
  const done = run.loss.length;
  if (done === 0) return undefined;
  const curve = lossCurve(run.loss);
  if (brokenAt(curve) !== undefined || risenSince(curve, told === 'rising') !== undefined) return 'rising';
  const { best, hard } = run;
  const stretch = stillFor(curve, planned, told === 'still');
  if (stretch !== undefined && !(best && best.step > run.step[done - stretch]!)) return 'still';
  if (!best || hard === undefined || run.step[done - 1]! < dueToLead(curve, planned)) return undefined;
  return best.score - hard <= (told === 'behind' ? CLEAR : 0) ? 'behind' : undefined;
}

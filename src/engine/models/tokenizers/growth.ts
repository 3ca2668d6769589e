import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';

/** Steps of a description may make a text longer, but not without end. */
const TIMES = 64;
const AND_MORE = 4096;
/** Longest text that a step puts in place of another. */
export const MAX_REPLACEMENT = 64;

/** Refuses a step that makes far more of a text than it was: many small ones together would fill the memory. */
export function checkGrowth(before: number, after: number): void {
  if (after <= TIMES * before + AND_MORE) return;
  throw new SoftpromptError('model-invalid', l10n`The tokenizer makes ${after} characters of ${before}.`, {
    hint: l10n`Its description is damaged. Download the model again.`,
  });
}

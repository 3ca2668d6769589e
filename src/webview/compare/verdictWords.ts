import { formatCount, formatFixed, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import type { Contender } from './answers';
import { nameOf } from './names';
import type { Pair } from './pairs';

/** Below this a difference counts as more than chance. */
export const CHANCE = 0.05;

/** `p = 0.035`, `p < 0.001`. */
export function formatP(pValue: number): string {
  if (pValue < 0.001) return `p < ${formatFixed(0.001, 3)}`;
  return `p = ${formatFixed(pValue, pValue < 0.1 ? 3 : 2)}`;
}

export type Outcome = 'better' | 'unclear' | 'same';

export function outcomeOf({ firstBetter, secondBetter, corrected }: Pair): Outcome {
  if (firstBetter + secondBetter === 0) return 'same';
  return corrected < CHANCE && firstBetter !== secondBetter ? 'better' : 'unclear';
}

/** The result of a test as a sentence, from the side of the one that did better. */
export function pairSentence(pair: Pair, contenders: readonly Contender[]): string {
  const { first, second, firstBetter, secondBetter, rows, corrected } = pair;
  const secondLeads = secondBetter >= firstBetter;
  const winner = contenders[secondLeads ? second : first]!;
  const loser = contenders[secondLeads ? first : second]!;
  const fixed = formatRows(Math.max(firstBetter, secondBetter));
  const broken = formatCount(Math.min(firstBetter, secondBetter));
  const ahead = capitalised(nameOf(winner));
  const behind = nameOf(loser);
  const outcome = outcomeOf(pair);
  const p = formatP(corrected);
  const byWords = winner.target === 'text';
  if (outcome === 'same') {
    return byWords
      ? t('{0} and {1} write equally good answers to all {2}.', ahead, behind, formatRows(rows))
      : t('{0} and {1} are right and wrong on the same rows, all {2}.', ahead, behind, formatRows(rows));
  }
  if (outcome === 'better') {
    return byWords
      ? t('{0} is better than {1}: {2} better, {3} worse, {4}.', ahead, behind, fixed, broken, p)
      : t('{0} is better than {1}: {2} fixed, {3} broken, {4}.', ahead, behind, fixed, broken, p);
  }
  return byWords
    ? t('{0} is not clearly better than {1}: {2} better, {3} worse, {4}.', ahead, behind, fixed, broken, p)
    : t('{0} is not clearly better than {1}: {2} fixed, {3} broken, {4}.', ahead, behind, fixed, broken, p);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

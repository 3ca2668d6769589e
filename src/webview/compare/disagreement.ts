import type { DisagreementFilter } from '../../protocol/compare';
import type { AnsweredRow, Answers } from './answers';

/**
 * Rows that two contenders at least answered, and not all the same. Where there are several runs the hard prompts do not
 * count, unless they are asked for.
 */
export function disagreements({ rows, contenders }: Answers, withHardPrompts = false): AnsweredRow[] {
  const runs = contenders.filter(({ kind }) => kind === 'tuned').length;
  const counts = (index: number): boolean =>
    withHardPrompts || runs < 2 || contenders[index]!.kind === 'tuned';
  return rows.filter(({ answers }) => {
    const given = answers.filter((one, index) => one !== undefined && counts(index));
    return given.some((one) => one!.predicted !== given[0]!.predicted);
  });
}

/** A row passes where `right` did better than `wrong`; one alone asks only whether that one is right, or wrong. */
export function passes(
  { answers }: AnsweredRow,
  { right, wrong }: DisagreementFilter,
  letters: readonly string[],
): boolean {
  const good = right === undefined ? undefined : answers[letters.indexOf(right)];
  const bad = wrong === undefined ? undefined : answers[letters.indexOf(wrong)];
  if ((right !== undefined && !good) || (wrong !== undefined && !bad)) return false;
  if (good && bad) return good.score > bad.score;
  return (!good || good.correct) && !bad?.correct;
}

/** Words to find in the text, the expected answer or any answer; `needle` in lower case. */
export function contains({ text, expected, answers }: AnsweredRow, needle: string): boolean {
  if (!needle) return true;
  const all = [text, expected, ...answers.map((one) => one?.predicted ?? '')];
  return all.some((one) => one.toLowerCase().includes(needle));
}

import { holm } from '../statistics/holm';
import { type McNemar, mcnemar } from '../statistics/mcnemar';
import type { Answers } from './answers';

/** Two contenders on the rows that both answered. */
export interface Pair {
  /** Indices of contenders. */
  first: number;
  second: number;
  /** Rows that both answered. */
  rows: number;
  /** Rows that the first does better: right where the second is wrong, or a higher word F1. */
  firstBetter: number;
  secondBetter: number;
  /** Mean score of the second minus that of the first, on these rows. */
  gain: number;
  pValue: number;
  /** The p-value after Holm's correction for the other tests of its kind. */
  corrected: number;
  method: McNemar['method'];
}

/**
 * Each pair of runs, and each run against each hard prompt. The two kinds of questions are corrected apart, each for
 * the number of its own tests. Pairs without a row in common are left out.
 */
export function comparePairs(answers: Answers): Pair[] {
  const { contenders } = answers;
  const between = (wanted: (first: number, second: number) => boolean): Pair[] =>
    corrected(
      contenders.flatMap((_, first) =>
        contenders.flatMap((_, second) => {
          if (first >= second || !wanted(first, second)) return [];
          const pair = comparePair(answers, first, second);
          return pair ? [pair] : [];
        }),
      ),
    );
  const tuned = (index: number): boolean => contenders[index]!.kind === 'tuned';
  return [
    ...between((first, second) => tuned(first) && tuned(second)),
    ...between((first, second) => tuned(first) && !tuned(second)),
  ];
}

function corrected(pairs: readonly Pair[]): Pair[] {
  const pValues = holm(pairs.map(({ pValue }) => pValue));
  return pairs.map((pair, index) => ({ ...pair, corrected: pValues[index]! }));
}

function comparePair({ contenders, rows }: Answers, first: number, second: number): Pair | undefined {
  if (contenders[first]!.target !== contenders[second]!.target) return undefined;
  let shared = 0;
  let firstBetter = 0;
  let secondBetter = 0;
  let gain = 0;
  for (const { answers } of rows) {
    const one = answers[first];
    const other = answers[second];
    if (!one || !other) continue;
    shared++;
    gain += other.score - one.score;
    if (one.score > other.score) firstBetter++;
    if (other.score > one.score) secondBetter++;
  }
  if (shared === 0) return undefined;
  const test = mcnemar(firstBetter, secondBetter);
  return {
    first,
    second,
    rows: shared,
    firstBetter,
    secondBetter,
    gain: gain / shared,
    corrected: 1,
    ...test,
  };
}

/** The pair of two contenders in either order, seen from `first`. */
export function pairOf(pairs: readonly Pair[], first: number, second: number): Pair | undefined {
  const pair = pairs.find(
    (one) => (one.first === first && one.second === second) || (one.first === second && one.second === first),
  );
  if (!pair || pair.first === first) return pair;
  return {
    ...pair,
    first,
    second,
    firstBetter: pair.secondBetter,
    secondBetter: pair.firstBetter,
    gain: -pair.gain,
  };
}

import type { CompareState, FromCompare } from '../../protocol/compare';
import type { ShownRun } from '../run/store';
import { type Answers, collectAnswers } from './answers';
import { type CompareModel, type Place, readRuns } from './comparedRuns';
import { comparePairs, type Pair } from './pairs';

export type ReadPlace = Place & { run: ShownRun };

/** What the parts of the page draw. */
export interface Comparison {
  /** Runs that could be read, in the order of their letters. */
  runs: readonly ReadPlace[];
  answers: Answers;
  pairs: readonly Pair[];
}

/** What a part of the page may do: tell the extension, and change what is kept across reloads. */
export interface CompareContext {
  send(message: FromCompare): void;
  keep(change: Partial<CompareState>): void;
}

/** A part of the page. `update` is called at most once a frame. */
export interface ComparePart {
  element: HTMLElement;
  update(model: CompareModel, view: CompareState, comparison: Comparison): void;
}

/** The comparison of what is there; worked out anew only when a run's test rows have changed. */
export function comparer(): (model: CompareModel) => Comparison {
  let key: readonly unknown[] = [];
  let last: { answers: Answers; pairs: readonly Pair[] } = { answers: collectAnswers([]), pairs: [] };
  return (model) => {
    const runs = readRuns(model);
    const next = runs.flatMap(({ letter, run }) => [letter, run.predictions]);
    if (next.length !== key.length || next.some((one, index) => one !== key[index])) {
      key = next;
      const answers = collectAnswers(runs);
      last = { answers, pairs: comparePairs(answers) };
    }
    return { runs, ...last };
  };
}

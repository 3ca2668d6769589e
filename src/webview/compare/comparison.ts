import type { CompareState, FromCompare } from '../../protocol/compare';
import type { ShownRun } from '../run/store';
import { type AnsweredRow, type Answers, collectAnswers } from './answers';
import { type CompareModel, type Place, readRuns } from './comparedRuns';
import { disagreements } from './disagreement';
import { comparePairs, type Pair } from './pairs';

export type ReadPlace = Place & { run: ShownRun };

/** What the parts of the page draw. */
export interface Comparison {
  /** Runs that could be read, in the order of their letters. */
  runs: readonly ReadPlace[];
  answers: Answers;
  pairs: readonly Pair[];
  /** Rows that the runs answer differently. */
  differing: readonly AnsweredRow[];
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
  let last = compared([]);
  return (model) => {
    const runs = readRuns(model);
    const next = runs.flatMap(({ letter, run }) => [letter, run.predictions]);
    if (next.length !== key.length || next.some((one, index) => one !== key[index])) {
      key = next;
      last = compared(runs);
    }
    return { runs, ...last };
  };
}

function compared(runs: readonly ReadPlace[]): Omit<Comparison, 'runs'> {
  const answers = collectAnswers(runs);
  return { answers, pairs: comparePairs(answers), differing: disagreements(answers) };
}

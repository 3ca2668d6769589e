import type { TakenRow } from '../../protocol/playground';
import type { PredictionRecord } from '../../protocol/runs';
import type { ShownRun } from '../run/store';

type RowName = Pick<TakenRow, 'file' | 'row'>;

/** The rows that are known by number: of the test, else of the last validation. */
function known({ predictions, validation }: ShownRun): readonly PredictionRecord[] {
  return predictions.length > 0 ? predictions : (validation?.predictions ?? []);
}

/** A row to begin with: the first one in its file. */
export function firstRow(run: ShownRun): RowName | undefined {
  return known(run).reduce<PredictionRecord | undefined>(
    (first, one) => (first && first.row <= one.row ? first : one),
    undefined,
  );
}

/** Any other row than the one there is. */
export function anyRow(run: ShownRun, taken: TakenRow | undefined): RowName | undefined {
  const others = known(run).filter((one) => !isRow(one, taken));
  return others[Math.floor(Math.random() * others.length)];
}

/** The mistake after the one there is, biggest losses first, round and round. */
export function nextMistake(run: ShownRun, taken: TakenRow | undefined): RowName | undefined {
  const mistakes = known(run)
    .filter(({ correct }) => !correct)
    .sort((a, b) => b.loss - a.loss);
  return mistakes[(mistakes.findIndex((one) => isRow(one, taken)) + 1) % mistakes.length];
}

export function hasMistakes(run: ShownRun): boolean {
  return known(run).some(({ correct }) => !correct);
}

function isRow(one: PredictionRecord, taken: TakenRow | undefined): boolean {
  return one.row === taken?.row && one.file === taken.file;
}

import type { Contender as Kind, Metrics } from '../../protocol/metrics';
import type { PredictionRecord } from '../../protocol/runs';
import { wordF1 } from '../../protocol/texts';
import type { ShownRun } from '../run/store';
import type { Place } from './comparedRuns';

/** What a contender answered on a row. */
export interface Answer {
  predicted: string;
  correct: boolean;
  /** 1 or 0 for classes, word F1 for free text: what contenders are compared by, row by row. */
  score: number;
  /** Of a tuned prompt's answer. */
  confidence?: number;
}

/** A row of a file, with what each contender answered, in the order of contenders. */
export interface AnsweredRow {
  file: string;
  row: number;
  line: number;
  text: string;
  expected: string;
  answers: (Answer | undefined)[];
}

/** A tuned prompt, or the best hard prompt that runs were measured against. */
export interface Contender {
  /** A, B, … for runs; H, or H1, H2, … for hard prompts. */
  letter: string;
  kind: Kind;
  /** For hard prompts: letters of the runs that met it. */
  metBy: string[];
  target: 'label' | 'text';
}

export interface Answers {
  contenders: Contender[];
  rows: AnsweredRow[];
}

export type TestedRun = Pick<Place, 'letter'> & { run: Pick<ShownRun, 'record' | 'predictions'> };

/**
 * The same rows answered by all of them. Two predictions are of the same row when file, row number and expected answer
 * are equal, and either the text is equal too or both runs read the very same file.
 */
export function collectAnswers(runs: readonly TestedRun[]): Answers {
  const tested = runs.filter(({ run }) => run.predictions.length > 0);
  const rows: AnsweredRow[] = [];
  const known = new Map<string, AnsweredRow>();
  const contenders: Contender[] = tested.map(({ letter, run }) => ({
    letter,
    kind: 'tuned',
    metBy: [],
    target: run.record.task.target.kind,
  }));
  const places = tested.map(({ run }) =>
    run.predictions.map((prediction) => {
      const names = namesOf(prediction, run.record.data.hashes[prediction.file]);
      const found = names.map((name) => known.get(name)).find((row) => row !== undefined);
      const row = found ?? newRow(prediction);
      if (!found) rows.push(row);
      for (const name of names) known.set(name, row);
      return row;
    }),
  );
  tested.forEach(({ run }, contender) => {
    const kind = run.record.task.target.kind;
    run.predictions.forEach((prediction, index) => {
      const { expected, predicted, correct, confidence } = prediction;
      places[contender]![index]!.answers[contender] = {
        ...judged(kind, expected, predicted, correct),
        confidence,
      };
    });
  });
  tested.forEach(({ letter, run }, index) => {
    addHardPrompt(contenders, letter, run, places[index]!);
  });
  nameHardPrompts(contenders);
  for (const row of rows) row.answers.length = contenders.length;
  return { contenders, rows };
}

function newRow({ file, row, line, text, expected }: PredictionRecord): AnsweredRow {
  return { file, row, line, text, expected, answers: [] };
}

function namesOf({ file, row, expected, text }: PredictionRecord, hash: string | undefined): string[] {
  const place = `${file}\n${row}\n${expected}\n`;
  return hash ? [`${place}#${hash}`, `${place}=${text}`] : [`${place}=${text}`];
}

function judged(kind: 'label' | 'text', expected: string, predicted: string, correct: boolean): Answer {
  const score = kind === 'text' ? wordF1(expected, predicted) : Number(correct);
  return { predicted, correct, score };
}

/** Runs of one model on the same rows mostly met the same hard prompt: where all its answers agree it counts once. */
function addHardPrompt(
  contenders: Contender[],
  letter: string,
  { record, predictions }: TestedRun['run'],
  places: readonly AnsweredRow[],
): void {
  const kind = predictions.find(({ baseline }) => baseline)?.baseline?.contender;
  if (!kind) return;
  const target = record.task.target.kind;
  const agrees = (contender: number): boolean =>
    predictions.every(({ baseline }, index) => {
      const other = places[index]!.answers[contender];
      return !other || !baseline || other.predicted === baseline.predicted;
    });
  const meets = (contender: number): boolean =>
    places.some(({ answers }) => answers[contender] !== undefined);
  let at = contenders.findIndex(
    (one, index) => one.kind === kind && one.target === target && meets(index) && agrees(index),
  );
  if (at < 0) at = contenders.push({ letter: '', kind, metBy: [], target }) - 1;
  contenders[at]!.metBy.push(letter);
  predictions.forEach(({ expected, baseline }, index) => {
    if (!baseline) return;
    const { predicted, correct } = baseline;
    places[index]!.answers[at] ??= judged(target, expected, predicted, correct);
  });
}

function nameHardPrompts(contenders: readonly Contender[]): void {
  const hard = contenders.filter(({ kind }) => kind !== 'tuned');
  hard.forEach((contender, index) => {
    contender.letter = hard.length === 1 ? 'H' : `H${index + 1}`;
  });
}

/** Metrics on the test rows; undefined where a run has not been tested. */
export function testMetrics({ record, progress }: ShownRun, kind: Kind): Metrics | undefined {
  return (
    record.results[kind] ??
    progress.evaluations.findLast((one) => one.split === 'test' && one.contender === kind)?.metrics
  );
}

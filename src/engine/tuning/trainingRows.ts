import type { ResolvedTask } from '../../protocol/taskFile';
import type { TaskReader } from '../evaluation/taskReader';
import { microBatches, planEpoch } from '../prompt/batches';
import {
  contextLength,
  type RowContext,
  type TokenBatch,
  type TokenRow,
  type TrainedWords,
} from '../prompt/tokenRow';
import { Random } from '../random';
import type { LabelledRow } from '../task/labelledRow';
import type { TrainingBatches } from './trainer';

/**
 * Tokens that go through the model at once in training, padding included: bounds the memory of a step. A step in one piece is a
 * tenth faster than one in two (the prompt goes along with its text), twice as many tokens take 300 MB more with SmolLM2-135M.
 */
export const MICRO_BATCH_TOKENS = 768;

/** Stream of chance for the choice of rows, under the training's seed; epochs have the streams of their numbers. */
const CHOICE_STREAM = 2 ** 31;

/** A row with its answer, and where the answer's tokens are to be foretold. */
interface TrainingRow {
  row: TokenRow;
  readouts: { position: number; target: number }[];
}

export interface TrainingRows extends TrainingBatches {
  /** Steps that the task asks for. */
  steps: number;
  /** What stands before the virtual tokens of the rows where steps come back to them, as the steps of the first epoch have them. */
  recurring: readonly (readonly RowContext[])[];
  /** Rows that were read. */
  rows: number;
  /** Rows among them that were cut to fit the limit. */
  cutRows: number;
}

/**
 * The training rows as token ids, in batches. Where the steps reach only a part of the rows, that part is drawn by the seed
 * and the others are not read. `breathe` is called now and then.
 */
export async function encodeTrainingRows(
  reader: TaskReader,
  rows: readonly LabelledRow[],
  { target, training, method }: ResolvedTask,
  breathe: (done: number, total: number) => Promise<void>,
): Promise<TrainingRows> {
  const virtualTokens = ({ context }: TokenRow) => (context ? method.virtualTokens : 0);
  const chosen = rowsWithinReach(rows, training);
  const encode = encoderFor(reader, target);
  const encoded: TrainingRow[] = [];
  let cutRows = 0;
  for (const row of chosen) {
    if (encoded.length % 256 === 0) await breathe(encoded.length, chosen.length);
    encoded.push(encode(row));
    if (reader.read(row).cutTokens > 0) cutRows += 1;
  }
  // What goes through the model at every visit, and what there is of a row in all.
  const visits = encoded.map(({ row }) => row.tokens.length + (row.answer?.length ?? 0) + virtualTokens(row));
  const lengths = encoded.map(({ row }, i) => visits[i]! + (row.context ? contextLength(row.context) : 0));
  const plan = remembered((epoch) =>
    planEpoch(lengths, { batch: training.batch, seed: training.seed, epoch }),
  );
  const { length } = training;
  const steps = 'steps' in length ? length.steps : Math.max(1, Math.ceil(length.epochs * plan(0).length));
  return {
    words: wordsFor(reader, target),
    epoch: plan,
    batches: (step) => {
      const parts = microBatches(
        step.map((row) => visits[row]!),
        { maxTokens: MICRO_BATCH_TOKENS },
      );
      return parts.map((part) => batchOf(part.map((index) => encoded[step[index]!]!)));
    },
    steps,
    recurring:
      steps > plan(0).length
        ? plan(0).map((step) => step.flatMap((row) => encoded[row]!.row.context ?? []))
        : [],
    rows: chosen.length,
    cutRows,
  };
}

function rowsWithinReach(
  rows: readonly LabelledRow[],
  { length, batch, seed }: ResolvedTask['training'],
): readonly LabelledRow[] {
  if (!('steps' in length && 'rows' in batch)) return rows;
  const reach = length.steps * batch.rows;
  if (reach >= rows.length) return rows;
  return Random.seeded(seed, CHOICE_STREAM)
    .shuffle([...rows])
    .slice(0, reach);
}

/** Label words are read at one place of the row; any longer answer is foretold token by token. */
function encoderFor(reader: TaskReader, target: ResolvedTask['target']): (row: LabelledRow) => TrainingRow {
  const classes = new Map(reader.labels.map(({ label }, index) => [label, index]));
  if (target.kind === 'label' && target.score === 'first-token') {
    return (row) => {
      const { row: tokens, position } = reader.answered(row);
      return { row: tokens, readouts: [{ position, target: classes.get(row.target)! }] };
    };
  }
  if (target.kind === 'label') {
    return (row) => withAnswer(reader, row, reader.labels[classes.get(row.target)!]!.tokens);
  }
  return (row) => withAnswer(reader, row, reader.readTarget(row));
}

function withAnswer(reader: TaskReader, source: LabelledRow, answer: ArrayLike<number>): TrainingRow {
  const tokens = Int32Array.from(answer);
  const { row, position } = reader.answered(source, tokens.subarray(0, -1));
  return { row, readouts: Array.from(tokens, (target, i) => ({ position: position + i, target })) };
}

function wordsFor({ labels, trainedClasses }: TaskReader, target: ResolvedTask['target']): TrainedWords {
  if (trainedClasses !== undefined) return { classes: trainedClasses };
  const few = target.kind === 'label' && target.score === 'first-token';
  return few ? Int32Array.from(labels, ({ token }) => token) : 'all';
}

function batchOf(rows: readonly TrainingRow[]): TokenBatch {
  return {
    rows: rows.map(({ row }) => row),
    readouts: rows.flatMap(({ readouts }, row) => readouts.map((readout) => ({ row, ...readout }))),
  };
}

/** Keeps the last answer: an epoch is asked for at each of its steps. */
function remembered<T>(make: (key: number) => T): (key: number) => T {
  let last: { key: number; value: T } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
}

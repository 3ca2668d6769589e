import { decimal, l10n } from '../../protocol/l10n';
import type { Contender } from '../../protocol/metrics';
import type { LabelScoring } from '../../protocol/runs';
import type { PromptModel } from '../compile/promptModel';
import type { Tokenizer } from '../models/tokenizer';
import { Random } from '../random';
import type { LabelledRow } from '../task/labelledRow';
import type { PreparedTask } from '../task/prepareTask';
import { evaluateRows, type Setting } from './evaluate';
import type { Evaluation } from './evaluation';
import { chooseExamples, examplesBefore } from './fewShotExamples';
import { type Candidate, candidateOf, instructionBefore } from './hardCandidate';
import {
  answerLabels,
  answerLabelsEveryWay,
  judgeLabels,
  type LabelAnswer,
  scoringName,
} from './labelAnswers';
import type { ScoringOptions } from './labelScoring';
import { packLabels } from './packedLabels';
import type { Beginning } from './preface';
import { similarityHead } from './similarityHead';
import { type ReadableTask, type TaskReader, taskReader } from './taskReader';
import { targetLosses } from './textAnswers';

/** A hard prompt, ready to be asked: the strongest of its kind on the training rows. */
export interface HardPrompt extends Setting {
  contender: Exclude<Contender, 'tuned'>;
  /** What stands before a row: fewer than the task asks for where the context has no room for more. */
  examples?: readonly LabelledRow[];
  /** In a sentence: what was chosen, and how it did on the training rows. */
  notice: string;
}

type SplitTask = Pick<PreparedTask, 'task' | 'labels' | 'train' | 'test'>;

export interface ChoiceOptions extends ScoringOptions {
  /** Hears why there is no such baseline, though the task asks for it. */
  onNotice?: (message: string) => void;
}

/** Training rows that choose between hard prompts: enough to tell scorings apart, and quickly done. */
const ZERO_SHOT_ROWS = 200;
const FEW_SHOT_ROWS = 64;
/** Many labels make rows long, with every label packed behind: fewer rows then, of about so many tokens together. */
const ZERO_SHOT_TOKENS = 24_000;
const FEW_SHOT_TOKENS = 8_000;
const LEAST_ROWS = 32;
/** Sets of examples drawn; few-shot answers depend much on the examples. */
const FEW_SHOT_DRAWS = 3;

/** Streams of chance under the split's seed. */
const ZERO_SHOT_STREAM = 101;
const FEW_SHOT_STREAM = 102;

/** The zero-shot baseline: the bare template, or the task's own hard prompt before it. Null when the task leaves it out. */
export async function chooseZeroShot(
  model: PromptModel,
  tokenizer: Tokenizer,
  prepared: SplitTask,
  options?: ScoringOptions,
): Promise<HardPrompt | null> {
  const { evaluation, data } = prepared.task;
  if (!evaluation.zeroShot) return null;
  const reader = taskReader(prepared, tokenizer);
  const candidate: Candidate = evaluation.hardPrompt
    ? await candidateOf(model, instructionBefore(evaluation.hardPrompt, reader, tokenizer))
    : { prefix: null };
  if (reader.trainedClasses !== undefined) {
    candidate.head = await similarityHead(model, tokenizer, reader.labels);
  }
  const random = Random.seeded(data.split.seed, ZERO_SHOT_STREAM);
  const shuffled = random.shuffle([...prepared.train]);
  const rows = takeRows(shuffled, reader, { rows: ZERO_SHOT_ROWS, tokens: ZERO_SHOT_TOKENS });
  const best = await chooseBest(model, reader, [candidate], rows, options);
  return { ...best.setting, contender: 'zero-shot', notice: zeroShotNotice(best, rows.length) };
}

/**
 * The few-shot baseline: examples from the training rows before each row, the best of a few draws. Null when the task
 * leaves it out, or not one example fits the model's context.
 */
export async function chooseFewShot(
  model: PromptModel,
  tokenizer: Tokenizer,
  prepared: SplitTask,
  options?: ChoiceOptions,
): Promise<HardPrompt | null> {
  if (prepared.task.evaluation.fewShot === 0) return null;
  const reader = taskReader(prepared, tokenizer);
  if (reader.trainedClasses !== undefined) {
    options?.onNotice?.(
      l10n`Few-shot is left out: an encoder without head learns nothing from examples before a row.`,
    );
    return null;
  }
  const random = fewShotChance(prepared.task);
  const draws: { examples: LabelledRow[]; beginning: Beginning }[] = [];
  for (let draw = 0; draw < FEW_SHOT_DRAWS; draw++) {
    const examples = drawExamples(model, reader, prepared, random);
    if (examples.length === 0) continue;
    draws.push({ examples, beginning: examplesBefore(examples, reader, tokenizer) });
  }
  if (draws.length === 0) {
    const { contextLength } = model.config;
    options?.onNotice?.(
      l10n`Few-shot is left out: no example fits the model's context of ${contextLength} tokens together with the longest test row.`,
    );
    return null;
  }

  const candidates: Candidate[] = [];
  for (const { beginning } of draws) candidates.push(await candidateOf(model, beginning));
  const used = new Set(draws.flatMap(({ examples }) => examples));
  const unseen = random.shuffle(prepared.train.filter((row) => !used.has(row)));
  const longest = longestRow(prepared.test, reader);
  const rows = takeRows(unseen, reader, { rows: FEW_SHOT_ROWS, tokens: FEW_SHOT_TOKENS, longest });
  const best = await chooseBest(model, reader, candidates, rows, options);
  const { setting } = best;
  const { examples } = draws[candidates.findIndex(({ tokens }) => tokens === setting.tokens)]!;
  const notice = fewShotNotice(best, rows.length, examples, draws.length);
  return { ...setting, contender: 'few-shot', examples, notice };
}

/** The stream of chance that few-shot examples are drawn by. */
export function fewShotChance({ data }: Pick<PreparedTask['task'], 'data'>): Random {
  return Random.seeded(data.split.seed, FEW_SHOT_STREAM);
}

/** One set of examples out of the training rows; fewer than the task asks for, or none, where the context has no room. */
export function drawExamples(
  { config }: PromptModel,
  reader: TaskReader,
  { task, train, test }: Pick<PreparedTask, 'task' | 'train' | 'test'>,
  random: Random,
): LabelledRow[] {
  const answer = config.kind === 'encoder-decoder' ? 0 : reader.longestAnswer + 1;
  const room = config.contextLength - longestRow(test, reader) - answer;
  return chooseExamples(train, reader, { count: task.evaluation.fewShot, room }, random);
}

const longestRow = (rows: readonly LabelledRow[], reader: TaskReader): number =>
  rows.reduce((most, row) => Math.max(most, reader.read(row).tokens.length), 0);

/** How a hard prompt does on `rows`. */
export async function evaluateHardPrompt(
  model: PromptModel,
  tokenizer: Tokenizer,
  prepared: ReadableTask,
  hardPrompt: HardPrompt,
  rows: readonly LabelledRow[],
  options?: ScoringOptions,
): Promise<Evaluation> {
  return evaluateRows(model, tokenizer, taskReader(prepared, tokenizer), rows, hardPrompt, options);
}

/** The first rows, as many as the limits allow; rows longer than `longest` are passed over. */
function takeRows(
  rows: readonly LabelledRow[],
  reader: TaskReader,
  limits: { rows: number; tokens: number; longest?: number },
): LabelledRow[] {
  const packed = packLabels(reader.labels.map(({ tokens }) => tokens));
  const labelTokens = packed.reduce((total, { tokens }) => total + tokens.length, 0);
  const taken: LabelledRow[] = [];
  let tokens = 0;
  for (const row of rows) {
    if (taken.length === limits.rows || (tokens > limits.tokens && taken.length >= LEAST_ROWS)) break;
    const { length } = reader.read(row).tokens;
    if (length > (limits.longest ?? length)) continue;
    taken.push(row);
    tokens += length + labelTokens;
  }
  return taken;
}

/** What came out best on some training rows. */
interface Choice {
  kind: TaskReader['kind'];
  setting: Setting;
  accuracy: number;
  loss: number;
}

/** The candidate and the scoring that do best on some training rows: by accuracy, then by loss. */
async function chooseBest(
  model: PromptModel,
  reader: TaskReader,
  candidates: readonly Candidate[],
  rows: readonly LabelledRow[],
  { onProgress }: ScoringOptions = {},
): Promise<Choice> {
  const read = rows.map((row) => reader.read(row));
  const { kind } = reader;
  let best: Choice | null = null;
  const offer = (setting: Setting, accuracy: number, loss: number) => {
    if (best && (accuracy < best.accuracy || (accuracy === best.accuracy && loss >= best.loss))) return;
    best = { kind, setting, accuracy, loss };
  };
  for (const [index, candidate] of candidates.entries()) {
    const tokens = read.map(candidate.tokens ?? ((row) => row.tokens));
    const options: ScoringOptions = {
      place: reader.place,
      head: candidate.head,
      onProgress: (done, total) => onProgress?.(index * total + done, candidates.length * total),
    };
    if (kind === 'text') {
      const targets = rows.map((row) => reader.readTarget(row));
      const losses = await targetLosses(model, tokens, targets, candidate.prefix, options);
      const total = losses.reduce((sum, { loss }) => sum + loss, 0);
      const count = losses.reduce((sum, loss) => sum + loss.tokens, 0);
      offer({ ...candidate, scoring: 'whole-label' }, 0, count === 0 ? 0 : total / count);
      continue;
    }
    const answers = await answersOf(model, reader, tokens, candidate, options);
    for (const [scoring, answer] of answers) {
      const { metrics } = judgeLabels(read, answer, reader.labels);
      offer({ ...candidate, scoring }, metrics.kind === 'label' ? metrics.accuracy : 0, metrics.loss);
    }
  }
  return best!;
}

function zeroShotNotice(choice: Choice, rows: number): string {
  const [accuracy, loss] = [decimal(choice.accuracy, 3), decimal(choice.loss, 3)];
  return choice.kind === 'label'
    ? l10n`Zero-shot is scored by ${scoringOf(choice)}: accuracy ${accuracy} on ${trainingRows(rows)}.`
    : l10n`Zero-shot has loss ${loss} on ${trainingRows(rows)}.`;
}

function fewShotNotice(
  choice: Choice,
  rows: number,
  examples: readonly LabelledRow[],
  draws: number,
): string {
  const [accuracy, loss] = [decimal(choice.accuracy, 3), decimal(choice.loss, 3)];
  const { length } = examples;
  const count = length === 1 ? l10n`1 example` : l10n`${length} examples`;
  const numbers = examples.map(({ row }) => row).join(', ');
  const shown = length === 1 ? l10n`training row ${numbers}` : l10n`training rows ${numbers}`;
  return choice.kind === 'label'
    ? l10n`Few-shot with ${count} (${shown}) is scored by ${scoringOf(choice)}: accuracy ${accuracy} on ${trainingRows(rows)}; the best of ${draws} draws.`
    : l10n`Few-shot with ${count} (${shown}) has loss ${loss} on ${trainingRows(rows)}; the best of ${draws} draws.`;
}

const scoringOf = ({ setting }: Choice): string =>
  setting.head ? l10n`similarity to the labels` : scoringName(setting.scoring);

const trainingRows = (rows: number): string =>
  rows === 1 ? l10n`1 training row` : l10n`${rows} training rows`;

/** In every scoring that this kind of model has. */
async function answersOf(
  model: PromptModel,
  { labels, answersAtOnce }: TaskReader,
  tokens: readonly Int32Array[],
  { prefix }: Candidate,
  options: ScoringOptions,
): Promise<[LabelScoring, LabelAnswer[]][]> {
  if (answersAtOnce) {
    return [['label-words', await answerLabels(model, labels, tokens, prefix, 'label-words', options)]];
  }
  const answers = await answerLabelsEveryWay(model, labels, tokens, prefix, options);
  return Object.entries(answers) as [LabelScoring, LabelAnswer[]][];
}

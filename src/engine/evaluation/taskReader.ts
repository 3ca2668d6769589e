import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Placement } from '../../protocol/taskFile';
import type { Tokenizer } from '../models/tokenizer';
import { type AnsweredRow, type AnswerPlace, answerPlace } from '../prompt/answerPlace';
import type { Conversation } from '../prompt/chat/conversation';
import { encodeRow, encodeTarget } from '../prompt/encodeRows';
import { type LabelWord, taskLabels } from '../prompt/labelWords';
import type { MaskedWording } from '../prompt/maskedWording';
import { contextOf, SPLIT_TOKENS, sharedBeginning, splitPrompt } from '../prompt/splitPrompt';
import { taskPrompt } from '../prompt/taskPrompt';
import type { RowContext } from '../prompt/tokenRow';
import { renderAnswer, type Wording } from '../prompt/wording';
import { refusePlacement } from '../task/checkPlacement';
import type { LabelledRow } from '../task/labelledRow';
import type { PreparedTask } from '../task/prepareTask';

/** What a reader needs to know of a prepared task; of its training rows, what targets look like. */
export type ReadableTask = Pick<PreparedTask, 'task' | 'labels'> & {
  train: readonly Pick<LabelledRow, 'target'>[];
};

/** A row as the model reads it. */
export interface ReadRow {
  source: LabelledRow;
  /** With the markers that the model puts around a text. */
  tokens: Int32Array;
  /** Without the markers before it: the row after a text that has begun already. */
  continued: Int32Array;
  /** As people read it: the one column of a simple prompt, else all of it. */
  text: string;
  /** What stands in each hole of the prompt, cut as `tokens` are. */
  filled: readonly string[];
  /** The row around virtual tokens that stand behind its text; `tokens` are what follows them. */
  around?: { context: RowContext; tokens: Int32Array };
  /** Tokens cut to fit the limit. */
  cutTokens: number;
}

/** A task's rows and answers as token ids. Rows are remembered: validation reads the same ones again and again. */
export class TaskReader {
  readonly kind: 'label' | 'text';
  /** Empty for free text. */
  readonly labels: readonly LabelWord[];
  /** Longest free text to write, in tokens. */
  readonly maxTokens: number;
  /** Longest answer, in tokens. */
  readonly longestAnswer: number;
  /** No training target has a line break: answers end at the first one. */
  readonly oneLine: boolean;
  /** Columns that the prompt has holes for. */
  readonly columns: readonly string[];
  /** The prompt as this model reads it. */
  readonly wording: Wording | MaskedWording | Conversation;
  /** Where in a row this model answers. */
  readonly place: AnswerPlace;
  /** Where the virtual tokens stand. */
  readonly placement: Placement;
  /** What all rows begin with, where the virtual tokens stand behind the text. */
  private readonly shared: Int32Array;
  /** Between a row and its answer in an example. */
  private readonly exampleSeparator: string;
  private readonly limit: number;
  private readonly known = new WeakMap<LabelledRow, ReadRow>();

  constructor(
    { task, labels, train }: ReadableTask,
    private readonly tokenizer: Tokenizer,
  ) {
    const { target } = task;
    this.kind = target.kind;
    refuseTarget(task, tokenizer);
    refusePlacement(task, tokenizer.kind);
    this.place = answerPlace(tokenizer);
    const wording = taskPrompt(task).wordingFor(tokenizer);
    this.exampleSeparator = wording.separator;
    // What a decoder of its own writes is a text by itself: nothing parts it from the prompt.
    this.wording = tokenizer.answerStart ? { ...wording, separator: '' } : wording;
    this.columns = this.wording.columns;
    this.placement = task.method.placement;
    const behind = this.placement === 'after';
    this.limit = task.limit - (behind ? SPLIT_TOKENS : 0);
    this.shared = behind ? sharedBeginning(this.wording, tokenizer) : new Int32Array(0);
    this.labels =
      target.kind === 'label'
        ? taskLabels(labels, tokenizer, { given: target.words, separator: this.wording.separator })
        : [];
    this.maxTokens = target.kind === 'text' ? target.maxTokens : 0;
    this.longestAnswer = this.labels.reduce(
      (most, { tokens }) => Math.max(most, tokens.length),
      this.maxTokens,
    );
    this.oneLine = train.every((row) => !row.target.trim().includes('\n'));
  }

  read(row: LabelledRow): ReadRow {
    const known = this.known.get(row);
    if (known) return known;
    const { wording, tokenizer } = this;
    const { tokens, cutTokens, text, filled } = encodeRow(wording, row.values, tokenizer, this.limit);
    const { before, after } = wording.marked ? { before: [], after: [] } : tokenizer;
    const [column, ...others] = this.columns;
    const read: ReadRow = {
      source: row,
      tokens,
      continued: tokens.subarray(before.length),
      text: column !== undefined && others.length === 0 ? (row.values[column] ?? '') : text,
      filled,
      cutTokens,
      ...(this.placement === 'after' && { around: this.around(filled) }),
    };
    if (read.continued.length === after.length) {
      throw new SoftpromptError('data-invalid', l10n`The row has no text: there is nothing to answer.`, {
        place: { file: row.file, line: row.line, row: row.row },
        hint: l10n`Fill the row, remove it, or add words of your own to the template.`,
      });
    }
    this.known.set(row, read);
    return read;
  }

  /** A row, and of its answer what the model is shown, around the virtual tokens wherever they stand. */
  answered(row: LabelledRow, answer?: Int32Array): AnsweredRow {
    const { tokens, around } = this.read(row);
    const found = this.place(around?.tokens ?? tokens, answer);
    return around ? { ...found, row: { ...found.row, context: around.context } } : found;
  }

  private around(filled: readonly string[]): NonNullable<ReadRow['around']> {
    const { before, after } = splitPrompt(this.wording, filled, this.tokenizer);
    return { context: contextOf(before.tokens, this.shared), tokens: after.tokens };
  }

  /** The free text to write, with what ends an answer last. */
  readTarget({ target }: LabelledRow): Int32Array {
    return encodeTarget(this.wording, target, this.tokenizer, this.maxTokens);
  }

  /** The prompt where it is a conversation. */
  get conversation(): Conversation | undefined {
    return 'withPreface' in this.wording ? this.wording : undefined;
  }

  /** Classes of the head that is trained beside the prompt, where the model has no words to answer with. */
  get trainedClasses(): number | undefined {
    return this.tokenizer.kind === 'encoder' ? this.labels.length : undefined;
  }

  /** The model answers in one token or with a class: labels cannot be scored as a whole. */
  get answersAtOnce(): boolean {
    return this.tokenizer.kind === 'encoder' || this.tokenizer.kind === 'masked';
  }

  /** A row with its answer, as it stands among the examples before another; without markers. */
  readExample(row: LabelledRow): readonly number[] {
    const { wording, tokenizer } = this;
    if (tokenizer.answerStart) {
      const { continued } = this.read(row);
      const text = continued.subarray(0, continued.length - tokenizer.after.length);
      return [...text, ...tokenizer.encode(this.exampleSeparator + this.answerText(row))];
    }
    if (!('answered' in wording)) return [...this.read(row).continued, ...this.readAnswer(row)];
    const shielded = this.read(row).filled.map((text) => tokenizer.shield?.(text) ?? text);
    return tokenizer.encode(wording.answered(shielded, this.answerText(row)));
  }

  /** Tokens that end an answer. */
  get ends(): readonly number[] {
    const { endOfAnswer } = this.wording;
    const { endOfText } = this.tokenizer;
    return endOfAnswer === undefined ? [endOfText] : [endOfAnswer, endOfText];
  }

  /** The answer as an assistant would say it. */
  answerText(row: LabelledRow): string {
    if (this.kind === 'label') return this.labels.find(({ label }) => label === row.target)!.text.trim();
    return this.tokenizer.decode(this.readAnswer(row)).trim();
  }

  /** The answer as it stands in a few-shot example. */
  readAnswer({ target }: LabelledRow): readonly number[] {
    if (this.kind === 'label') return this.labels.find(({ label }) => label === target)!.tokens;
    return this.tokenizer.encode(renderAnswer(this.wording, target)).slice(0, this.maxTokens);
  }
}

const readers = new WeakMap<ReadableTask, TaskReader>();

/** The reader of a prepared task; the same one each time. A task has one model, and so one tokenizer. */
export function taskReader(prepared: ReadableTask, tokenizer: Tokenizer): TaskReader {
  let reader = readers.get(prepared);
  if (!reader) {
    reader = new TaskReader(prepared, tokenizer);
    readers.set(prepared, reader);
  }
  return reader;
}

/** Encoders write nothing: they fill in one word, or choose among classes. */
function refuseTarget({ target }: ReadableTask['task'], { kind }: Tokenizer): void {
  if (kind !== 'masked' && kind !== 'encoder') return;
  const masked = kind === 'masked';
  if (target.kind === 'text') {
    const message = masked
      ? l10n`The model is a masked language model: it fills in one word, and cannot write texts.`
      : l10n`The model is an encoder without head, and cannot write texts.`;
    throw new SoftpromptError('task-invalid', message, {
      hint: l10n`Predict a column of labels, or take a model that writes.`,
    });
  }
  if (target.score === 'whole-label') {
    const message = masked
      ? l10n`The model is a masked language model: it fills in one word, and cannot score whole labels.`
      : l10n`The model is an encoder without head: it cannot score whole labels.`;
    throw new SoftpromptError('task-invalid', message, { hint: l10n`Leave "score" out of the target.` });
  }
}

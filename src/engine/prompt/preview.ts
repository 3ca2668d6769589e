import type { RenderedPrompt } from '../../protocol/dataset';
import type { ResolvedTask } from '../../protocol/taskFile';
import type { DataRow } from '../data/dataset';
import type { Tokenizer } from '../models/tokenizer';
import { type EncodedRow, encodeRow } from './encodeRows';
import { recordLabelWords, taskLabels } from './labelWords';
import { SPLIT_TOKENS, type SplitPrompt, splitPrompt } from './splitPrompt';
import { taskPrompt } from './taskPrompt';

type Values = Readonly<Record<string, string>>;

/** Shows rows of one task as the model reads them; what they have in common is made once. */
export interface PromptPreviews {
  /** How long a row's prompt is, and what of it was cut: in tokens, the virtual ones not counted. */
  measure(values: Values): { tokens: number; cutTokens: number };
  preview(row: Pick<DataRow, 'row' | 'values'>): RenderedPrompt;
}

/** @throws SoftpromptError `task-invalid` for a prompt that the model cannot read. */
export function promptPreviews(
  task: ResolvedTask,
  labels: readonly string[],
  tokenizer: Tokenizer,
): PromptPreviews {
  const wording = taskPrompt(task).wordingFor(tokenizer);
  const { target, method } = task;
  const behind = method.placement === 'after';
  const limit = task.limit - (behind ? SPLIT_TOKENS : 0);
  let words: Pick<RenderedPrompt, 'classHead' | 'labelWords'> | undefined;

  const read = (values: Values): { encoded: EncodedRow; around?: SplitPrompt; tokens: number } => {
    const encoded = encodeRow(wording, values, tokenizer, limit);
    if (!behind) return { encoded, tokens: encoded.tokens.length };
    const around = splitPrompt(wording, encoded.filled, tokenizer);
    return { encoded, around, tokens: around.before.tokens.length + around.after.tokens.length };
  };
  const labelWords = (): NonNullable<typeof words> => {
    if (target.kind !== 'label') return {};
    // As a run reads them: a decoder of its own begins a text with them.
    const separator = tokenizer.answerStart ? '' : wording.separator;
    const read = taskLabels(labels, tokenizer, { given: target.words, separator });
    const isEncoder = tokenizer.kind === 'encoder';
    const recorded = recordLabelWords(read, isEncoder ? 'whole-label' : target.score);
    return {
      ...(isEncoder && { classHead: true }),
      labelWords: recorded.map(({ label, word }) => ({ label, word })),
    };
  };
  return {
    measure(values) {
      const { encoded, tokens } = read(values);
      return { tokens, cutTokens: encoded.cutTokens };
    },
    preview({ row, values }) {
      const { encoded, around, tokens } = read(values);
      const [before, after] = around ? [around.before.text, around.after.text] : ['', encoded.text];
      words ??= labelWords();
      return {
        row,
        segments: [
          ...textSegment(before),
          { kind: 'virtual-tokens', count: method.virtualTokens },
          ...textSegment(after),
        ],
        target: values[target.column]?.trim() ?? '',
        tokens,
        cutTokens: encoded.cutTokens,
        ...words,
      };
    },
  };
}

const textSegment = (text: string): RenderedPrompt['segments'] =>
  text === '' ? [] : [{ kind: 'text', text }];

import type { RenderedPrompt } from '../../protocol/dataset';
import type { ResolvedTask } from '../../protocol/taskFile';
import type { DataRow } from '../data/dataset';
import type { Tokenizer } from '../models/tokenizer';
import { encodeRow } from './encodeRows';
import { recordLabelWords, taskLabels } from './labelWords';
import { SPLIT_TOKENS, splitPrompt } from './splitPrompt';
import { taskPrompt } from './taskPrompt';

/** A row's prompt as the model will see it: virtual tokens, text (cut if need be), label words. */
export function previewPrompt(
  task: ResolvedTask,
  labels: readonly string[],
  { row, values }: DataRow,
  tokenizer: Tokenizer,
): RenderedPrompt {
  const wording = taskPrompt(task).wordingFor(tokenizer);
  const { target, method } = task;
  const behind = method.placement === 'after';
  const limit = task.limit - (behind ? SPLIT_TOKENS : 0);
  const { tokens, cutTokens, text, filled } = encodeRow(wording, values, tokenizer, limit);
  const around = behind ? splitPrompt(wording, filled, tokenizer) : undefined;
  const parts = around ? [around.before.text, around.after.text] : ['', text];
  const preview: RenderedPrompt = {
    row,
    segments: [
      ...textSegment(parts[0]),
      { kind: 'virtual-tokens', count: method.virtualTokens },
      ...textSegment(parts[1]),
    ],
    target: values[target.column]?.trim() ?? '',
    tokens: around ? around.before.tokens.length + around.after.tokens.length : tokens.length,
    cutTokens,
  };
  if (target.kind === 'label') {
    // As a run reads them: a decoder of its own begins a text with them.
    const separator = tokenizer.answerStart ? '' : wording.separator;
    const words = taskLabels(labels, tokenizer, { given: target.words, separator });
    if (tokenizer.kind === 'encoder') preview.classHead = true;
    preview.labelWords = recordLabelWords(
      words,
      tokenizer.kind === 'encoder' ? 'whole-label' : target.score,
    ).map(({ label, word }) => ({ label, word }));
  }
  return preview;
}

const textSegment = (text = ''): RenderedPrompt['segments'] => (text === '' ? [] : [{ kind: 'text', text }]);

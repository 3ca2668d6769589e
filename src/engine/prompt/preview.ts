import type { RenderedPrompt } from '../../protocol/dataset';
import type { ResolvedTask } from '../../protocol/taskFile';
import type { DataRow } from '../data/dataset';
import type { Tokenizer } from '../models/tokenizer';
import { encodeRow } from './encodeRows';
import { recordLabelWords, taskLabels } from './labelWords';
import { taskPrompt } from './taskPrompt';

/** A row's prompt as the model will see it: virtual tokens, text (cut if need be), label words. */
export function previewPrompt(
  task: ResolvedTask,
  labels: readonly string[],
  { row, values }: DataRow,
  tokenizer: Tokenizer,
): RenderedPrompt {
  const wording = taskPrompt(task).wordingFor(tokenizer);
  const { tokens, cutTokens, text } = encodeRow(wording, values, tokenizer, task.limit);
  const { target, method } = task;
  const preview: RenderedPrompt = {
    row,
    segments: [
      { kind: 'virtual-tokens', count: method.virtualTokens },
      { kind: 'text', text },
    ],
    target: values[target.column]?.trim() ?? '',
    tokens: tokens.length,
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

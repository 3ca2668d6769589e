import { SoftpromptError } from '../../protocol/errors';
import type { ResolvedTask } from '../../protocol/taskFile';

/** Room for a label after the prompt, in tokens: hard prompts are scored by whole labels. */
const LABEL_TOKENS = 32;
/** A row with less room than this says nothing. */
const LEAST_LIMIT = 8;

/**
 * The task with its limit lowered to what the model's context has room for, beside the virtual tokens and the answer.
 *
 * @throws SoftpromptError `task-invalid` if there is no room for a row at all.
 */
export function fitToContext(task: ResolvedTask, contextLength: number): ResolvedTask {
  const { virtualTokens } = task.method;
  const answer = task.target.kind === 'text' ? task.target.maxTokens : LABEL_TOKENS;
  const limit = Math.min(task.limit, contextLength - virtualTokens - answer);
  if (limit < LEAST_LIMIT) {
    throw new SoftpromptError(
      'task-invalid',
      `${virtualTokens} virtual tokens and ${answer} tokens of answer leave no room in the model's context of ${contextLength} tokens.`,
      {
        place: { file: task.file },
        hint: 'Take fewer virtual tokens or shorter answers, or a model with a longer context.',
      },
    );
  }
  return { ...task, limit };
}

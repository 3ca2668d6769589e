import { SoftpromptError } from '../../protocol/errors';
import type { ModelKind } from '../../protocol/models';
import type { ResolvedTask } from '../../protocol/taskFile';

/** Room for a label after the prompt, in tokens: hard prompts are scored by whole labels. */
const LABEL_TOKENS = 32;
/** What stands before an answer that is written elsewhere. */
const START_TOKENS = 2;
/** A row with less room than this says nothing. */
const LEAST_LIMIT = 8;

/**
 * The task with its limit lowered to what the model's context has room for, beside the virtual tokens and the answer. An
 * encoder-decoder writes its answer elsewhere, with as much room again.
 *
 * @throws SoftpromptError `task-invalid` if there is no room for a row at all, or for an answer.
 */
export function fitToContext(
  task: ResolvedTask,
  contextLength: number,
  kind: ModelKind = 'decoder',
): ResolvedTask {
  const { virtualTokens } = task.method;
  const answer = task.target.kind === 'text' ? task.target.maxTokens : LABEL_TOKENS;
  const room = contextLength - virtualTokens;
  const elsewhere = kind === 'encoder-decoder';
  const limit = Math.min(task.limit, elsewhere ? room : room - answer);
  if (limit < LEAST_LIMIT || (elsewhere && answer > contextLength - START_TOKENS)) {
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

import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { ModelKind } from '../../protocol/models';
import type { ResolvedTask } from '../../protocol/taskFile';

/** Room beside a row, in tokens: a label after it, since hard prompts are scored by whole labels, or the task's hard prompt. */
const SPARE_TOKENS = 32;
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
  const answer = answerTokens(task, kind);
  const room = contextLength - virtualTokens;
  const elsewhere = kind === 'encoder-decoder';
  const limit = Math.min(task.limit, elsewhere ? room : room - answer);
  if (limit < LEAST_LIMIT || (elsewhere && answer > contextLength - START_TOKENS)) {
    const message =
      answer > 0
        ? l10n`${virtualTokens} virtual tokens and ${answer} tokens of answer leave no room in the model's context of ${contextLength} tokens.`
        : l10n`${virtualTokens} virtual tokens leave no room in the model's context of ${contextLength} tokens.`;
    throw new SoftpromptError('task-invalid', message, {
      place: { file: task.file },
      hint: l10n`Take fewer virtual tokens or shorter answers, or a model with a longer context.`,
    });
  }
  return { ...task, limit };
}

/** Masked models and encoders answer inside the row: nothing comes after it. */
function answerTokens({ target, evaluation }: ResolvedTask, kind: ModelKind): number {
  if (target.kind === 'text') return target.maxTokens;
  const inside = kind === 'masked' || kind === 'encoder';
  return inside && evaluation.hardPrompt === undefined ? 0 : SPARE_TOKENS;
}

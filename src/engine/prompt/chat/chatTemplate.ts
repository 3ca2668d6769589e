import { createContext, Script } from 'node:vm';
import { Environment, parse, tokenize } from '@huggingface/jinja';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { ChatMessage } from '../../../protocol/taskFile';
import { BoundedInterpreter } from './boundedInterpreter';
import { CHAT_LIMITS } from './limits';
import { TEMPLATE_GLOBALS } from './templateGlobals';

export interface RenderOptions {
  /** Ends with the opening of the assistant's turn, so that the answer comes next. */
  generationPrompt: boolean;
  /** Whether the model may think before it answers. Left to the template where absent. */
  thinking?: boolean;
}

/** How a model was taught to see a conversation: a Jinja template. */
export interface ChatTemplate {
  /** As Transformers' apply_chat_template renders it. Throws SoftpromptError('model-invalid') with the template's own words. */
  render(messages: readonly ChatMessage[], options: RenderOptions): string;
}

/**
 * Reads a template. `markers`: texts of the model's markers by the names that templates have for them, `bos_token` and so
 * on. Throws SoftpromptError('model-invalid') where it is no Jinja.
 */
export function parseChatTemplate(
  source: string,
  markers: Readonly<Record<string, string>> = {},
): ChatTemplate {
  const program = guarded(() => {
    if (source.length > CHAT_LIMITS.template) {
      throw new Error(l10n`it has more than ${CHAT_LIMITS.template} characters`);
    }
    return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  });
  return {
    render: (messages, { generationPrompt, thinking }) =>
      guarded(() => {
        const variables: Record<string, unknown> = {
          ...TEMPLATE_GLOBALS,
          ...markers,
          messages: messages.map(({ role, content }) => ({ role, content })),
          add_generation_prompt: generationPrompt,
          ...(thinking !== undefined && { enable_thinking: thinking }),
        };
        const environment = new Environment();
        for (const [name, value] of Object.entries(variables)) environment.set(name, value);
        return String(new BoundedInterpreter(environment).run(program).value);
      }),
  };
}

function guarded<T>(work: () => T): T {
  try {
    return inTime(work);
  } catch (error) {
    throw new SoftpromptError('model-invalid', l10n`The model's chat template fails: ${problemOf(error)}.`, {
      hint: l10n`Give messages that this model knows, or write "template" instead of "messages" in the task file.`,
      cause: error,
    });
  }
}

const room = createContext({ run: undefined as unknown }) as { run: (() => unknown) | undefined };
const script = new Script('run()');

/** Ends what takes too long, wherever it is stuck: only the runtime itself can interrupt a loop. */
function inTime<T>(task: () => T): T {
  room.run = task;
  try {
    return script.runInContext(room, { timeout: CHAT_LIMITS.milliseconds }) as T;
  } finally {
    room.run = undefined;
  }
}

function problemOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return l10n`it takes more than ${CHAT_LIMITS.milliseconds} ms`;
  if (error instanceof RangeError) return l10n`it is nested too deeply, or makes too much text`;
  return String(message).replace(/\.$/, '');
}

import type { ChatMessage } from '../../../protocol/taskFile';
import type { Tokenizer } from '../../models/tokenizer';
import type { ChatDescription } from '../../models/tokenizers/chatDescription';
import { fillParts, type TemplatePart } from '../template';
import type { Wording } from '../wording';
import { type ChatTemplate, parseChatTemplate } from './chatTemplate';

/** A message whose content has holes. */
export interface MessageTemplate {
  role: ChatMessage['role'];
  parts: readonly TemplatePart[];
}

/** What a conversation can have before the row's own messages. */
export interface Preface {
  /** Put before the first message, in its content: not every model knows of a system. */
  instruction?: string;
  /** Filled holes, as in Wording.render, and what the assistant answered. */
  examples?: readonly { filled: readonly string[]; answer: string }[];
}

/** Messages, rendered for each row by the model's own template. */
export interface Conversation extends Wording {
  withPreface(preface: Preface): Wording;
}

/** Stands for the answer while it is looked where a template puts it. Not in any text, and not white space. */
const ANSWER = '\ufdd1';

/**
 * The messages of a task for a model that was taught conversations; the answer is what the assistant says next. Models
 * that can think before they answer are told not to: the answer follows at once.
 */
export function chatWording(
  messages: readonly MessageTemplate[],
  { template, markers }: ChatDescription,
  tokenizer: Tokenizer,
): Conversation {
  const chat = parseChatTemplate(template, markers);
  const holes = messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'hole' ? [part.column] : [])),
  );
  const system = messages.filter(({ role }) => role === 'system');
  const turns = messages.filter(({ role }) => role !== 'system');
  const systemHoles = countHoles(system);
  const withPreface = ({ instruction, examples = [] }: Preface): Wording => ({
    ...form,
    render(filled) {
      const said = [
        ...fill(system, filled),
        ...examples.flatMap((example): ChatMessage[] => [
          ...fill(turns, example.filled.slice(systemHoles)),
          { role: 'assistant', content: example.answer },
        ]),
        ...fill(turns, filled.slice(systemHoles)),
      ];
      const [first, ...others] = said;
      const opened =
        instruction && first
          ? [{ ...first, content: `${instruction}\n\n${first.content}` }, ...others]
          : said;
      return chat.render(opened, { generationPrompt: true, thinking: false });
    },
  });
  const form = {
    holes,
    columns: [...new Set(holes)],
    marked: true,
    ...answerForm(fill(messages, holes), chat, tokenizer),
  };
  return { ...withPreface({}), withPreface };
}

/** How a template writes an answer: whether a space stands before it, and what ends it. */
function answerForm(
  asked: readonly ChatMessage[],
  chat: ChatTemplate,
  tokenizer: Tokenizer,
): Pick<Wording, 'separator' | 'endOfAnswer'> {
  const open = chat.render(asked, { generationPrompt: true, thinking: false });
  const answered = [...asked, { role: 'assistant' as const, content: ANSWER }];
  const whole = chat.render(answered, { generationPrompt: false, thinking: false });
  const [before = '', after = ''] = whole.split(ANSWER);
  const [end] = tokenizer.encode(after.trimStart());
  // Special tokens are left out where tokens are turned into text.
  const isMarker = end !== undefined && tokenizer.decode([end]) === '';
  return {
    separator: before.endsWith(' ') && !/\s$/.test(open) ? ' ' : '',
    ...(isMarker && { endOfAnswer: end }),
  };
}

function fill(messages: readonly MessageTemplate[], filled: readonly string[]): ChatMessage[] {
  let from = 0;
  return messages.map(({ role, parts }) => {
    const own = filled.slice(from);
    from += countHoles([{ role, parts }]);
    return { role, content: fillParts(parts, own) };
  });
}

function countHoles(messages: readonly MessageTemplate[]): number {
  return messages.reduce((count, { parts }) => count + parts.filter(({ kind }) => kind === 'hole').length, 0);
}

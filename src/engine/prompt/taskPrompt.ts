import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { ChatMessage, ResolvedTask } from '../../protocol/taskFile';
import type { Tokenizer } from '../models/tokenizer';
import { type Conversation, chatWording } from './chat/conversation';
import { maskedWording, refuseMask } from './maskedWording';
import { fillParts, parseParts, parseTemplate, type Template, type TemplatePart } from './template';
import type { Wording } from './wording';

/** Where a value stands in the task file. */
export type TaskPath = readonly (string | number)[];

export interface PromptHole {
  column: string;
  path: TaskPath;
  /** Of its opening brace in the value at `path`. */
  offset: number;
}

/** The prompt that a task asks for, as far as it is known without a model. */
export interface TaskPrompt {
  holes: readonly PromptHole[];
  /** Columns in order of appearance, each once. */
  columns: readonly string[];
  /** What a row says in it, for people, and to tell rows apart. */
  text(values: Readonly<Record<string, string>>): string;
  /** As a model reads it. Throws SoftpromptError('task-invalid') for what this kind of model cannot read. */
  wordingFor(tokenizer: Tokenizer): Wording | Conversation;
}

type Written = Pick<ResolvedTask, 'template' | 'messages'>;

/** @throws TemplateError where a brace has no partner. */
export function taskPrompt({ template, messages }: Written): TaskPrompt {
  return messages ? messagesPrompt(messages) : templatePrompt(parseTemplate(template ?? ''));
}

function templatePrompt(template: Template): TaskPrompt {
  return {
    holes: holesOf(template.parts, ['template']),
    columns: template.columns,
    text: (values) => template.render(template.holes.map((column) => values[column] ?? '')),
    wordingFor(tokenizer) {
      if (tokenizer.kind === 'masked') return maskedWording(template, tokenizer);
      refuseMask(template.parts);
      return template;
    },
  };
}

function messagesPrompt(messages: readonly ChatMessage[]): TaskPrompt {
  const parsed = messages.map(({ role, content }, index) => {
    const path = ['messages', index, 'content'];
    return { role, parts: parseParts(content, path), path };
  });
  const holes = parsed.flatMap(({ parts, path }) => holesOf(parts, path));
  return {
    holes,
    columns: [...new Set(holes.map(({ column }) => column))],
    text: (values) =>
      parsed
        .map(({ parts }) =>
          fillParts(
            parts,
            columnsOf(parts).map((column) => values[column] ?? ''),
          ),
        )
        .join('\n'),
    wordingFor(tokenizer) {
      for (const { parts } of parsed) refuseMask(parts);
      if (tokenizer.chat) return chatWording(parsed, tokenizer.chat, tokenizer);
      throw new SoftpromptError(
        'task-invalid',
        l10n`The task has messages, but the model has no chat template: it was not taught conversations.`,
        { hint: l10n`Write "template" instead of "messages", or take an instruct model.` },
      );
    },
  };
}

function holesOf(parts: readonly TemplatePart[], path: TaskPath): PromptHole[] {
  return parts.flatMap((part) =>
    part.kind === 'hole' ? [{ column: part.column, path, offset: part.offset }] : [],
  );
}

const columnsOf = (parts: readonly TemplatePart[]): string[] =>
  holesOf(parts, []).map(({ column }) => column);

import { readFile } from 'node:fs/promises';
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import type { Problem } from '../../protocol/dataset';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { type TaskFile, taskFileSchema } from '../../protocol/taskFile';
import { explainIssue } from './explainIssue';
import { TaskText } from './taskText';

export interface ParsedTask {
  /** Undefined if there are problems. */
  task?: TaskFile;
  problems: Problem[];
  /** For the places of later findings. */
  text: TaskText;
}

/** Reads a task file's text: syntax, schema, and what the schema cannot say. Comments are allowed. */
export function parseTask(source: string, file: string): ParsedTask {
  const text = source.replace(/^\ufeff/, '');
  const syntax: ParseError[] = [];
  // A file that was just made lacks settings rather than brackets.
  const json = text.trim() === '' ? '{}' : text;
  const root: Node | undefined = parseTree(json, syntax, { allowTrailingComma: false });
  const taskText = new TaskText(file, text, root);
  const fail = (problems: Problem[]): ParsedTask => ({ problems, text: taskText });
  if (!root || syntax.length > 0) {
    const [first] = syntax;
    const message =
      SYNTAX_ERRORS[first ? printParseErrorCode(first.error) : 'ValueExpected']?.() ??
      l10n`This is not valid JSON.`;
    const offset = first?.offset ?? 0;
    return fail([{ severity: 'error', kind: 'task-syntax', message, place: taskText.placeAt(offset) }]);
  }
  const parsed = taskFileSchema.safeParse(getNodeValue(root));
  if (!parsed.success) {
    return fail(parsed.error.issues.flatMap((issue) => explainIssue(issue as z.core.$ZodIssue, taskText)));
  }
  const problems = contradictions(parsed.data, taskText);
  return problems.length > 0 ? fail(problems) : { task: parsed.data, problems, text: taskText };
}

/** @throws SoftpromptError `task-invalid` with the first problem and its place. */
export async function readTask(file: string): Promise<TaskFile> {
  const { task, problems } = parseTask(await readTaskText(file), file);
  if (!task) throw problemError(problems[0]!);
  return task;
}

export async function readTaskText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const message =
      error.code === 'ENOENT'
        ? l10n`There is no such task file.`
        : l10n`The task file cannot be read: ${error.message}`;
    throw new SoftpromptError('task-invalid', message, { place: { file }, cause: error });
  });
}

/** A problem of the task file as an error, where work cannot go on. */
export function problemError({ message, place, hint }: Problem): SoftpromptError {
  return new SoftpromptError('task-invalid', message, { place, hint });
}

const SYNTAX_ERRORS: Record<string, () => string> = {
  InvalidSymbol: () => l10n`Texts stand in quotes; is one missing here or before?`,
  PropertyNameExpected: () => l10n`A property name in quotes is expected here.`,
  ValueExpected: () => l10n`A value is expected here.`,
  ColonExpected: () => l10n`A colon is expected here.`,
  CommaExpected: () => l10n`A comma is expected here.`,
  CloseBraceExpected: () => l10n`A closing } is expected here.`,
  CloseBracketExpected: () => l10n`A closing ] is expected here.`,
  UnexpectedEndOfString: () => l10n`The text is not closed: a " is missing.`,
  InvalidEscapeCharacter: () => l10n`This escape does not exist; write \\\\ for a backslash.`,
};

/** What is well-formed but says two things at once. */
function contradictions({ data, training, template, messages }: TaskFile, text: TaskText): Problem[] {
  const problems: Problem[] = [];
  const report = (path: (string | number)[], message: string) =>
    problems.push({ severity: 'error', kind: 'task-invalid', message, place: text.placeOfKey(path) });
  if (template !== undefined && messages !== undefined) {
    report(['messages'], l10n`Give "template" or "messages", not both.`);
  }
  messages?.forEach(({ role }, index) => {
    const path = ['messages', index, 'role'];
    if (role === 'system' && index > 0) report(path, l10n`Only the first message may be the system's.`);
    if (index === messages.length - 1 && role !== 'user') {
      report(path, l10n`The last message must be the user's: the assistant's answer comes after it.`);
    }
  });
  if (training?.steps !== undefined && training.epochs !== undefined) {
    report(['training', 'epochs'], l10n`Give "steps" or "epochs", not both.`);
  }
  if (training?.batchRows !== undefined && training.batchTokens !== undefined) {
    report(['training', 'batchTokens'], l10n`Give "batchRows" or "batchTokens", not both.`);
  }
  if (typeof data === 'object' && (data.split?.validation ?? 0) + (data.split?.test ?? 0) >= 1) {
    report(['data', 'split'], l10n`The validation and test parts leave no rows for training.`);
  }
  return problems;
}

import { basename } from 'node:path';
import type { Problem } from '../../protocol/dataset';
import { SoftpromptError } from '../../protocol/errors';
import type { TaskFile } from '../../protocol/taskFile';
import { readDataset } from '../data/readDataset';
import { taskPrompt } from '../prompt/taskPrompt';
import { didYouMean } from '../suggestName';
import { type PreparedTask, prepareParsedTask } from './prepareTask';
import { parseTask, readTaskText } from './readTask';
import { dataFiles } from './resolveTask';
import { placeInTask } from './taskErrors';
import type { TaskText } from './taskText';

/**
 * Everything that is wrong with a task file, its data included; `text` is the editor's where it is not saved yet. Never
 * throws for what the user wrote.
 */
export async function checkTask(file: string, text?: string): Promise<Problem[]> {
  const parsed = parseTask(text ?? (await readTaskText(file)), file);
  if (!parsed.task) return parsed.problems;
  const { task } = parsed;
  const missing = await missingColumns(task, file, parsed.text).catch(() => []);
  if (missing.length > 0) return missing;
  try {
    const prepared = await prepareParsedTask(task, file);
    return [...prepared.problems, ...wordProblems(task, prepared, parsed.text)];
  } catch (error) {
    return [asProblem(error, task, parsed.text)];
  }
}

/** Holes of the prompt that the training file has no column for: all of them, not the first alone. */
async function missingColumns(task: TaskFile, file: string, text: TaskText): Promise<Problem[]> {
  if (task.template === undefined && task.messages === undefined) return [];
  const { holes } = taskPrompt(task);
  const { columns } = await readDataset(dataFiles(task, file).train);
  const missing = holes.filter(({ column }) => !columns.includes(column));
  return missing.map(({ column, path, offset }) => ({
    severity: 'error',
    kind: 'missing-column',
    message: `The dataset has no column "${column}".`,
    place: text.placeInString([...path], offset),
    hint: didYouMean(column, columns),
  }));
}

/** Classes without label word, words without class, words that two classes share. */
function wordProblems({ target }: TaskFile, { labels }: PreparedTask, text: TaskText): Problem[] {
  if (typeof target !== 'object' || target.kind !== 'label' || !target.words) return [];
  const { words } = target;
  const path = ['target', 'words'];
  const problems: Problem[] = [];
  for (const label of labels) {
    if (Object.hasOwn(words, label) && words[label]!.trim() !== '') continue;
    problems.push({
      severity: 'error',
      kind: 'label-without-word',
      message: `The class "${label}" has no label word.`,
      place: text.placeOfKey(path),
      hint: 'Give every class a word, or leave "words" out to have them chosen.',
    });
  }
  const owners = new Map<string, string>();
  for (const [label, word] of Object.entries(words)) {
    const owner = owners.get(word.trim());
    owners.set(word.trim(), owner ?? label);
    if (owner !== undefined) {
      problems.push({
        severity: 'error',
        kind: 'same-word',
        message: `The classes "${owner}" and "${label}" have the same word "${word}".`,
        place: text.placeOf([...path, label]),
        hint: 'Give each class a word of its own.',
      });
    }
    if (!labels.includes(label)) {
      problems.push({
        severity: 'warning',
        kind: 'unknown-class',
        message: `No row has the class "${label}".`,
        place: text.placeOfKey([...path, label]),
        hint: didYouMean(label, labels),
      });
    }
  }
  return problems;
}

/** An error as a problem of the task file: at the value it comes from, or at the dataset's name. */
function asProblem(error: unknown, task: TaskFile, text: TaskText): Problem {
  if (!(error instanceof SoftpromptError)) throw error;
  const { place, hint } = error.details;
  const kind = error.code;
  const ownPlace = placeInTask(error, text);
  if (ownPlace) return { severity: 'error', kind, message: error.message, place: ownPlace, hint };
  const files = dataFiles(task, text.file);
  const name = (['train', 'validation', 'test'] as const).find((name) => files[name] === place?.file);
  if (name && place?.file && place.line === undefined) {
    const message = `${basename(place.file)}: ${error.message}`;
    return { severity: 'error', kind, message, place: text.placeOf(['data', name]), hint };
  }
  return { severity: 'error', kind, message: error.message, place: place ?? { file: text.file }, hint };
}

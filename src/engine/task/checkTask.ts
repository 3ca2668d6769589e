import { basename, dirname, resolve } from 'node:path';
import type { Problem } from '../../protocol/dataset';
import { type Place, SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { TaskCheck } from '../../protocol/requests';
import type { TaskFile } from '../../protocol/taskFile';
import { ProblemList } from '../data/problems';
import { readDataset } from '../data/readDataset';
import { CATALOGUE, findCatalogueEntry } from '../models/catalogue';
import { resolveModel } from '../models/resolveModel';
import { taskPrompt } from '../prompt/taskPrompt';
import { didYouMean, suggestName } from '../suggestName';
import { longRows } from './longRows';
import { type PreparedTask, prepareParsedTask } from './prepareTask';
import { parseTask, readTaskText } from './readTask';
import { dataFiles } from './resolveTask';
import { placeInTask, type TaskDataError } from './taskErrors';
import type { TaskText } from './taskText';

/**
 * Everything that is wrong with a task file, its data included; `text` is the editor's where it is not saved yet. Never
 * throws for what the user wrote. `read` hands out datasets that are open already: a task is checked at each pause in typing.
 */
export async function checkTask(
  file: string,
  text?: string,
  options: { cacheFolder?: string; read?: typeof readDataset } = {},
): Promise<TaskCheck> {
  const parsed = parseTask(text ?? (await readTaskText(file)), file);
  if (!parsed.task) return { problems: parsed.problems };
  const { task } = parsed;
  const model = await missingModel(task, parsed.text, options.cacheFolder);
  const { read = readDataset } = options;
  const missing = await missingColumns(task, file, parsed.text, read).catch(() => []);
  if (missing.length > 0) return { problems: [...missing, ...model] };
  try {
    const prepared = await prepareParsedTask(task, file, { read });
    const { train, validation, test } = prepared;
    return {
      problems: [
        ...prepared.problems,
        ...wordProblems(task, prepared, parsed.text),
        ...exclusionProblems(task, prepared, parsed.text),
        ...(options.cacheFolder === undefined ? [] : await longRows(prepared, options.cacheFolder)),
        ...model,
      ],
      excluded: prepared.excluded,
      task: prepared.task,
      rows: { train: train.length, validation: validation.length, test: test.length },
    };
  } catch (error) {
    return { problems: [asProblem(error, task, parsed.text), ...model] };
  }
}

/** The base model where it is not on this computer: to be downloaded if the catalogue has it, else an error. */
async function missingModel(
  { model }: TaskFile,
  text: TaskText,
  cacheFolder: string | undefined,
): Promise<Problem[]> {
  if (cacheFolder === undefined) return [];
  try {
    await resolveModel(model, { taskFolder: dirname(text.file), cacheFolder });
    return [];
  } catch (error) {
    if (!(error instanceof SoftpromptError)) throw error;
    const place = text.placeOf(['model']);
    const { message } = error;
    if (findCatalogueEntry(model)) {
      const hint = l10n`It is downloaded before the first run.`;
      return [{ severity: 'information', kind: 'model-to-pull', message, place, hint }];
    }
    const suggestion = suggestName(
      model,
      CATALOGUE.map(({ name }) => name),
    );
    const { hint } = error.details;
    return [{ severity: 'error', kind: 'model-missing', message, place, hint, suggestion }];
  }
}

/** Holes of the prompt that the training file has no column for: all of them, not the first alone. */
async function missingColumns(
  task: TaskFile,
  file: string,
  text: TaskText,
  read: typeof readDataset,
): Promise<Problem[]> {
  if (task.template === undefined && task.messages === undefined) return [];
  const { holes } = taskPrompt(task);
  const { columns } = await read(dataFiles(task, file).train);
  const missing = holes.filter(({ column }) => !columns.includes(column));
  return missing.map(({ column, path, offset }) => ({
    severity: 'error',
    kind: 'missing-column',
    message: l10n`The dataset has no column "${column}".`,
    place: text.placeInString([...path], offset),
    hint: didYouMean(column, columns),
    suggestion: suggestName(column, columns),
  }));
}

/** Classes without label word, words without class, words that two classes share. */
function wordProblems({ target }: TaskFile, prepared: PreparedTask, text: TaskText): Problem[] {
  const { labels } = prepared;
  if (typeof target !== 'object' || target.kind !== 'label' || !target.words) return [];
  const { words } = target;
  const path = ['target', 'words'];
  const problems: Problem[] = [];
  for (const label of labels) {
    if (Object.hasOwn(words, label) && words[label]!.trim() !== '') continue;
    problems.push({
      severity: 'error',
      kind: 'label-without-word',
      message: l10n`The class "${label}" has no label word.`,
      place: text.placeOfKey(path),
      hint: l10n`Give every class a word, or leave "words" out to have them chosen.`,
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
        message: l10n`The classes "${owner}" and "${label}" have the same word "${word}".`,
        place: text.placeOf([...path, label]),
        hint: l10n`Give each class a word of its own.`,
      });
    }
    if (!labels.includes(label)) {
      problems.push({
        severity: 'warning',
        kind: 'unknown-class',
        message: l10n`No row has the class "${label}".`,
        place: text.placeOfKey([...path, label]),
        hint: didYouMean(label, labels),
        suggestion: suggestName(label, labels),
      });
    }
  }
  return [...problems, ...rowsWithoutWord(words, prepared, text.placeOfKey(path))];
}

/** The rows of classes that the task's label words do not know. */
function rowsWithoutWord(words: Record<string, string>, prepared: PreparedTask, related: Place): Problem[] {
  const problems = new ProblemList();
  for (const { target, file, line, row } of [...prepared.train, ...prepared.validation, ...prepared.test]) {
    if (Object.hasOwn(words, target)) continue;
    problems.add({
      severity: 'warning',
      kind: 'unknown-label',
      message: l10n`The task has no label word for the class "${target}".`,
      place: { file, line, row },
      hint: didYouMean(target, Object.keys(words)),
      related,
    });
  }
  return problems.list();
}

/** Entries of "exclude" that leave out nothing. */
function exclusionProblems({ data }: TaskFile, { unmatched, task }: PreparedTask, text: TaskText): Problem[] {
  if (typeof data === 'string' || !data.exclude) return [];
  const used = Object.values(dataFiles({ data } as TaskFile, text.file));
  return Object.entries(data.exclude).flatMap(([name, marks]): Problem[] => {
    const file = resolve(dirname(task.file), name);
    if (!used.includes(file)) {
      const message = l10n`"${name}" is not a dataset of this task: nothing of it is left out.`;
      const place = text.placeOfKey(['data', 'exclude', name]);
      return [{ severity: 'warning', kind: 'exclude-unknown-file', message, place }];
    }
    return unmatched
      .filter((entry) => entry.file === file && Object.hasOwn(marks, entry.row))
      .map(({ row, movedTo }) => ({
        severity: 'warning',
        kind: 'exclude-unmatched',
        message: l10n`Row ${row} of ${name} does not begin like this any more, and is not left out.`,
        place: text.placeOfKey(['data', 'exclude', name, `${row}`]),
        hint:
          movedTo === undefined
            ? l10n`Remove the entry, or correct it.`
            : l10n`Row ${movedTo} begins so now.`,
        ...(movedTo !== undefined && { suggestion: `${movedTo}` }),
      }));
  });
}

/** An error as a problem of the task file: at the value it comes from, or at the dataset's name. */
function asProblem(error: unknown, task: TaskFile, text: TaskText): Problem {
  if (!(error instanceof SoftpromptError)) throw error;
  const { place, hint } = error.details;
  const kind = error.code;
  const ownPlace = placeInTask(error, text);
  if (ownPlace) {
    const { suggestion } = error as Partial<TaskDataError>;
    return { severity: 'error', kind, message: error.message, place: ownPlace, hint, suggestion };
  }
  const files = dataFiles(task, text.file);
  const name = (['train', 'validation', 'test'] as const).find((name) => files[name] === place?.file);
  if (name && place?.file && place.line === undefined) {
    const message = `${basename(place.file)}: ${error.message}`;
    return { severity: 'error', kind, message, place: text.placeOf(['data', name]), hint };
  }
  return { severity: 'error', kind, message: error.message, place: place ?? { file: text.file }, hint };
}

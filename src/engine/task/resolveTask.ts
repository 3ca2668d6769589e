import { basename, dirname, resolve } from 'node:path';
import { l10n } from '../../protocol/l10n';
import type { ResolvedTask, TaskFile } from '../../protocol/taskFile';
import { summariseColumn } from '../data/columns';
import type { Dataset } from '../data/dataset';
import { suggestTask, suggestTemplate } from '../data/suggest';
import { taskPrompt } from '../prompt/taskPrompt';
import { didYouMean, suggestName } from '../suggestName';
import {
  defaultEvaluation,
  defaultInstruction,
  defaultLimit,
  defaultMaxTokens,
  defaultMethod,
  defaultSplit,
  defaultTraining,
} from './defaults';
import { TaskDataError } from './taskErrors';

export const TASK_EXTENSION = '.softprompt.json';

/** The dataset files of a task, absolute. */
export function dataFiles(
  task: TaskFile,
  file: string,
): { train: string; validation?: string; test?: string } {
  const absolute = (path: string | undefined) =>
    path === undefined ? undefined : resolve(dirname(file), path);
  const data = typeof task.data === 'string' ? { train: task.data } : task.data;
  return {
    train: absolute(data.train)!,
    ...('validation' in data && data.validation !== undefined && { validation: absolute(data.validation) }),
    ...('test' in data && data.test !== undefined && { test: absolute(data.test) }),
  };
}

/** The rows that a task leaves out, by absolute path of their file; undefined where it names none. */
export function excludedRows(task: TaskFile, file: string): ResolvedTask['data']['exclude'] {
  if (typeof task.data === 'string' || !task.data.exclude) return undefined;
  const byFile: NonNullable<ResolvedTask['data']['exclude']> = {};
  for (const [name, rows] of Object.entries(task.data.exclude)) {
    // One file may be written in two ways.
    const path = resolve(dirname(file), name);
    byFile[path] = { ...byFile[path], ...rows };
  }
  return byFile;
}

/**
 * Fills in every default, by the training file's columns and rows.
 *
 * @throws TaskDataError if columns are missing, or cannot be guessed.
 */
export function resolveTask(task: TaskFile, file: string, train: Dataset): ResolvedTask {
  const columns = train.columns.map((name) => summariseColumn(name, train.column(name)!));
  const written = typeof task.target === 'string' ? { column: task.target } : task.target;
  const column = written?.column ?? suggestTask(columns)?.target;
  if (column === undefined) {
    throw new TaskDataError(l10n`It is not clear which column is to be predicted.`, [], {
      place: { file },
      hint: l10n`Name it: "target": "…". The columns are: ${train.columns.join(', ')}.`,
    });
  }
  const summary = columns.find(({ name }) => name === column);
  if (!summary) {
    throw new TaskDataError(
      l10n`The dataset has no column "${column}".`,
      typeof task.target === 'string' ? ['target'] : ['target', 'column'],
      {
        place: { file },
        hint: didYouMean(column, train.columns),
        suggestion: suggestName(column, train.columns),
      },
    );
  }
  const { messages } = task;
  const template = messages ? undefined : (task.template ?? suggestTemplate(columns, column));
  if (template === undefined && messages === undefined) {
    throw new TaskDataError(l10n`The dataset has no column to read beside the target.`, [], {
      place: { file },
    });
  }
  const prompt = taskPrompt({ template, messages });
  const leak = prompt.holes.find((hole) => hole.column === column);
  if (leak) {
    const message = messages
      ? l10n`The messages show the answer: "${column}" is the column to predict.`
      : l10n`The template shows the answer: "${column}" is the column to predict.`;
    const hint = messages
      ? l10n`Leave {${column}} out of the messages.`
      : l10n`Leave {${column}} out of the template.`;
    throw new TaskDataError(message, leak.path, { place: { file }, hint, offset: leak.offset });
  }
  const cells = train.column(column)!;
  const kind = written && 'kind' in written ? written.kind : summary.kind === 'class' ? 'label' : 'text';
  const labels = kind === 'label' ? distinct(cells) : undefined;

  const split = typeof task.data === 'string' ? {} : (task.data.split ?? {});
  const files = dataFiles(task, file);
  const fractions = defaultSplit(split, train.length);
  const exclude = excludedRows(task, file);
  const kept = 1 - (files.validation ? 0 : fractions.validation) - (files.test ? 0 : fractions.test);
  return {
    name: taskName(file),
    file: resolve(file),
    model: task.model,
    data: { ...files, split: fractions, ...(exclude && { exclude }) },
    ...(messages ? { messages } : { template }),
    target:
      kind === 'label'
        ? {
            kind,
            column,
            words: written && 'words' in written ? written.words : undefined,
            score: (written && 'score' in written ? written.score : undefined) ?? 'first-token',
          }
        : {
            kind,
            column,
            maxTokens:
              (written && 'maxTokens' in written ? written.maxTokens : undefined) ?? defaultMaxTokens(cells),
          },
    limit: defaultLimit(task.limit),
    method: defaultMethod(task.method, defaultInstruction(column, prompt.columns, labels)),
    training: defaultTraining(task.training, Math.round(train.length * kept)),
    evaluation: defaultEvaluation(task.evaluation),
  };
}

export function taskName(file: string): string {
  const name = basename(file);
  return name.endsWith(TASK_EXTENSION) ? name.slice(0, -TASK_EXTENSION.length) : name.replace(/\.json$/, '');
}

function distinct(cells: readonly string[]): string[] {
  const labels = new Set(cells.map((cell) => cell.trim()));
  labels.delete('');
  return [...labels].sort();
}

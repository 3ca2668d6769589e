import { dirname, relative, resolve, sep } from 'node:path';
import {
  applyEdits,
  type FormattingOptions,
  findNodeAtLocation,
  type JSONPath,
  modify,
  parseTree,
} from 'jsonc-parser';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { ExcludeRequest } from '../../protocol/requests';
import type { TaskFile } from '../../protocol/taskFile';
import type { DataRow } from '../data/dataset';
import { readDataset } from '../data/readDataset';
import { taskPrompt } from '../prompt/taskPrompt';
import { rowMark } from './exclusions';
import { parseTask, problemError } from './readTask';
import { dataFiles, resolveTask } from './resolveTask';

/** Each entry that is put in by itself is a walk through the text; more than this are written together with those there are. */
const MOST_ONE_BY_ONE = 200;

/**
 * A task file's text with rows written into its "exclude", or taken out of it where `include` is set. Comments and layout stay
 * as they are; among the rows of a file of which very many are left out at once, comments go.
 *
 * @throws SoftpromptError `task-invalid` where the task cannot be read or does not use the file; `data-invalid` where the
 * file has no such row.
 */
export async function excludeRows({ taskFile, text, file, rows, include }: ExcludeRequest): Promise<string> {
  const { task, problems } = parseTask(text, taskFile);
  if (!task) throw problemError(problems[0]!);
  const named = nameOf(task, taskFile, file);
  const name = writtenName(task, taskFile, file, rows) ?? named;
  const change = editor(text);
  const ofFile: JSONPath = ['data', 'exclude', name];
  const pathOf = (row: number): JSONPath => [...ofFile, `${row}`];
  const before = typeof task.data === 'string' ? {} : (task.data.exclude?.[name] ?? {});
  const many = rows.length > MOST_ONE_BY_ONE;
  if (include) {
    const back = new Set(rows.map(String));
    const rest = Object.entries(before).filter(([row]) => !back.has(row));
    const fewer = many
      ? change(text, ofFile, Object.fromEntries(rest))
      : rows.reduce((now, row) => withoutEntry(now, pathOf(row)) ?? change(now, pathOf(row)), text);
    const outer = [ofFile, ['data', 'exclude']];
    return outer.reduce((now, path) => (isEmpty(now, path) ? change(now, path) : now), fewer);
  }

  const columns = await promptColumns(task, taskFile);
  const dataset = await readDataset(file);
  const wanted = new Set(rows);
  const found: DataRow[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const row = dataset.rowAt(i);
    if (wanted.delete(row.row)) found.push(row);
  }
  const [missing] = wanted;
  if (missing !== undefined) {
    throw new SoftpromptError('data-invalid', l10n`There is no usable row ${missing}.`, {
      place: { file, row: missing },
      hint: l10n`Save the dataset first if it was edited.`,
    });
  }
  const start =
    typeof task.data === 'string' ? change(text, ['data'], { train: task.data, exclude: {} }) : text;
  const marks = found.map(({ row, values }) => [row, rowMark(values, columns)] as const);
  if (many) return change(start, ofFile, { ...before, ...Object.fromEntries(marks) });
  return marks.reduce((now, [row, mark]) => change(now, pathOf(row), mark), start);
}

/** How "exclude" calls the file already; where in several ways, the one that has some of the rows. */
function writtenName(
  { data }: TaskFile,
  taskFile: string,
  file: string,
  rows: readonly number[],
): string | undefined {
  const exclude = typeof data === 'string' ? {} : (data.exclude ?? {});
  const names = Object.keys(exclude).filter((name) => resolve(dirname(taskFile), name) === file);
  return names.find((name) => rows.some((row) => Object.hasOwn(exclude[name]!, row))) ?? names[0];
}

/** How the task's data is named. */
function nameOf(task: TaskFile, taskFile: string, file: string): string {
  const { data } = task;
  const named = typeof data === 'string' ? { train: data } : data;
  const files = dataFiles(task, taskFile);
  const sides = ['train', 'validation', 'test'] as const;
  const side = sides.find((side) => files[side] === file);
  const name = side && (named as Record<string, unknown>)[side];
  if (typeof name === 'string') return name;
  const way = relative(taskFile, file).split(sep).slice(1).join('/');
  throw new SoftpromptError('task-invalid', l10n`The task does not use ${way}.`, {
    place: { file: taskFile },
  });
}

async function promptColumns(task: TaskFile, taskFile: string): Promise<readonly string[]> {
  if (task.template !== undefined || task.messages) return taskPrompt(task).columns;
  const train = await readDataset(dataFiles(task, taskFile).train);
  return taskPrompt(resolveTask(task, taskFile, train)).columns;
}

/** Whether nothing stands between the braces there, not even a comment. */
function isEmpty(text: string, path: JSONPath): boolean {
  const root = parseTree(text);
  const value = root && findNodeAtLocation(root, path);
  return value !== undefined && /^\{\s*\}$/.test(text.slice(value.offset, value.offset + value.length));
}

/** The text without an entry, where comments around it can stay, which jsonc-parser would take along. */
function withoutEntry(text: string, path: JSONPath): string | undefined {
  const root = parseTree(text);
  const entry = root && findNodeAtLocation(root, path)?.parent;
  if (!entry) return undefined;
  const before = text.slice(0, entry.offset);
  const after = text.slice(entry.offset + entry.length);
  const comma = /^\s*,\s*/.exec(after);
  if (comma) return before + after.slice(comma[0].length);
  const isOnly = entry.parent?.children?.length === 1;
  return isOnly && /^\s*\n/.test(after) ? before.trimEnd() + after : undefined;
}

/** Changes a value of the text, indented as the text is; rows stay in the order of their numbers. */
function editor(text: string): (text: string, path: JSONPath, value?: unknown) => string {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const formattingOptions: FormattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  return (now, path, value) => {
    const getInsertionIndex = (names: string[]): number => {
      const row = Number(path.at(-1));
      const next = names.findIndex((name) => Number(name) > row);
      return next === -1 ? names.length : next;
    };
    return applyEdits(now, modify(now, path, value, { formattingOptions, getInsertionIndex }));
  };
}

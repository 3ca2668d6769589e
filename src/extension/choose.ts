import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import * as vscode from 'vscode';
import { SoftpromptError } from '../protocol/errors';
import type { RunSummary } from '../protocol/runs';
import type { Softprompt } from './context';
import { DATASET_PATTERN, EXCLUDED_PATTERN, isDatasetFile, isTaskFile, startsLikeRows } from './files';
import type { LabelNode, LabelTaskNode } from './labels/labelNodes';
import { offer } from './offer';
import { pick } from './pick';
import type { RowsOfTask } from './problems/excludeRows';
import type { PlaceTarget } from './problems/problemFixes';
import { createTask } from './runs/training';
import type { Services } from './services';
import type { SidebarNode } from './sidebar/sidebarTree';
import { type TaskEntry, taskEntry } from './taskFile/taskEntry';
import { runDescription, runTime } from './wording';

/** The lines of the sidebar that are selected: what its keys act on. */
export interface Selection {
  kind: 'selection';
}

/** What a command may be called with: a file (Explorer, lenses), the sidebar's lines, a run's folder, or nothing. */
export type Target =
  | vscode.Uri
  | SidebarNode
  | LabelTaskNode
  | LabelNode
  | RowsOfTask
  | PlaceTarget
  | Selection
  | string
  | undefined;

/** Datasets that the picker offers at most. */
const MOST_DATASETS = 500;

/** The file a command was meant for: the one it was called with, else the active editor's. */
function fileOf(target: Target): string | undefined {
  if (target instanceof Object && 'fsPath' in target) return target.fsPath;
  if (typeof target === 'string' && isTaskFile(target)) return target;
  if (target instanceof Object && target.kind === 'task') return target.task.file;
  if (target instanceof Object && target.kind === 'run') return target.run.taskFile;
  if (target !== undefined) return undefined;
  const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
  if (input instanceof vscode.TabInputCustom) {
    const { fsPath } = input.uri;
    if (isTaskFile(fsPath) || isDatasetFile(fsPath)) return fsPath;
  }
  const active = vscode.window.activeTextEditor?.document;
  if (active?.uri.scheme !== 'file') return undefined;
  const file = active.uri.fsPath;
  return isTaskFile(file) || startsLikeRows(file, active.lineAt(0).text) ? file : undefined;
}

/** The dataset meant, or one the user picks; undefined when nothing is picked, or where there is none, which is said. */
export async function chooseDataset(
  softprompt: Pick<Services, 'log'>,
  target: Target,
): Promise<string | undefined> {
  const file = fileOf(target);
  if (file && isDatasetFile(file)) return file;
  const files = await findDatasets();
  if (files.length === 0) {
    const message = [
      vscode.l10n.t('There is no dataset in this workspace.'),
      vscode.l10n.t('Add a .csv, .tsv, .jsonl, .json or .parquet file with one example a row.'),
    ];
    const run = (command: string) => async () => vscode.commands.executeCommand(command);
    const openFolder = { [vscode.l10n.t('Open Folder')]: run('vscode.openFolder') };
    offer(softprompt, message.join(' '), {
      ...(vscode.workspace.workspaceFolders?.length ? {} : openFolder),
      [vscode.l10n.t('Open Sample…')]: run('softprompt.openSample'),
    });
    return undefined;
  }
  const open = files.filter(isOpen);
  if (files.length === 1 || open.length === 1) return open[0] ?? files[0];
  return pick(
    files.sort().map((path) => ({ label: vscode.workspace.asRelativePath(path), value: path })),
    vscode.l10n.t('The dataset to learn from'),
  );
}

/** Has a tab, be it of text or of the table. */
function isOpen(file: string): boolean {
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some(({ input }) => {
      const shows = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
      return shows && input.uri.fsPath === file;
    }),
  );
}

/** The workspace's datasets: files that hold rows, by their names and, for JSON, their beginnings. */
export async function findDatasets(): Promise<string[]> {
  const uris = await vscode.workspace.findFiles(DATASET_PATTERN, EXCLUDED_PATTERN, MOST_DATASETS);
  const files = uris.map(async ({ fsPath }) => ((await isRows(fsPath)) ? [fsPath] : []));
  return (await Promise.all(files)).flat();
}

async function isRows(file: string): Promise<boolean> {
  if (!isDatasetFile(file)) return false;
  if (!/\.json$/i.test(file)) return true;
  const text = await readFile(file, 'utf8').catch(() => '');
  return startsLikeRows(file, text.slice(0, 200).trimStart().split(/\r?\n/, 1)[0] ?? '');
}

/**
 * The task meant, directly or through a dataset it uses; else one the user picks among all. Where there is none yet, it
 * is made from the dataset meant or picked. Undefined when the user picks nothing.
 */
export async function chooseTask(softprompt: Softprompt, target: Target): Promise<TaskEntry | undefined> {
  const { tasks } = softprompt;
  const file = fileOf(target);
  const all = await tasks.all();
  if (file && isTaskFile(file)) {
    return all.find((task) => task.file === file) ?? taskEntry(file, await readFile(file, 'utf8'));
  }
  const candidates = file && isDatasetFile(file) ? await tasks.using(file) : all;
  if (candidates.length === 1) return candidates[0];
  if (candidates.length === 0) {
    const dataset = await chooseDataset(softprompt, target);
    return dataset === undefined ? undefined : createTask(softprompt, dataset);
  }
  return pick(
    candidates.map((task) => ({
      label: task.name,
      description: vscode.workspace.asRelativePath(task.file),
      value: task,
    })),
    vscode.l10n.t('Which task?'),
  );
}

/**
 * The runs meant: those of the selected lines of the sidebar, where the target is one of them or nothing else is named;
 * a task's line stands for all its runs. Newest first.
 */
export function runsMeant(
  { tasksView }: Pick<Softprompt, 'tasksView'>,
  target: Target,
  selected: readonly SidebarNode[] | undefined,
  all: readonly RunSummary[],
): RunSummary[] {
  if (typeof target === 'string') return all.filter(({ folder }) => folder === target);
  const node =
    target instanceof Object && 'kind' in target && target.kind !== 'selection' ? target : undefined;
  const lines = selected ?? (node ? [node] : target instanceof vscode.Uri ? [] : tasksView.selection);
  const folders = lines.flatMap((line) => {
    if (line.kind === 'run') return [line.run.folder];
    return line.kind === 'task' ? line.runs.map(({ run }) => run.folder) : [];
  });
  return all
    .filter(({ folder }) => folders.includes(folder))
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/**
 * The run meant: the one of a line or folder, else among those that `wanted` lets through, of the task meant if one is
 * meant, the newest when `newest` is set, else the user's pick if there are several. Where there is none, `none` says so.
 */
export async function chooseRun(
  softprompt: Pick<Services, 'runs' | 'tasks' | 'log'>,
  target: Target,
  wanted: (run: RunSummary) => boolean,
  { newest = false, none }: { newest?: boolean; none: string },
): Promise<RunSummary | undefined> {
  const { runs, tasks } = softprompt;
  const all = await runs.all();
  if (target instanceof Object && 'kind' in target && target.kind === 'run') return target.run;
  if (typeof target === 'string') {
    const named = all.find((run) => run.folder === target);
    if (named) return named;
    throw new SoftpromptError('run-invalid', vscode.l10n.t('This run is not in the workspace any more.'), {
      place: { file: target },
      hint: vscode.l10n.t('Its folder was deleted, or the folder of its task is not open.'),
    });
  }

  const file = fileOf(target);
  const files = file && isDatasetFile(file) ? (await tasks.using(file)).map((task) => task.file) : [file];
  const suited = all.filter(wanted).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const own = suited.filter((run) => files.includes(run.taskFile));
  // A file that was named counts alone; the one that happens to be open only comes first.
  const candidates = own.length > 0 || target !== undefined ? own : suited;
  if (candidates.length === 0) {
    offer(softprompt, none, {
      [vscode.l10n.t('Tune a Prompt')]: async () => vscode.commands.executeCommand('softprompt.tune'),
    });
    return undefined;
  }
  if (newest || candidates.length === 1) return candidates[0];
  return pick(
    candidates.map((run) => ({
      label: `${run.task}, ${runTime(run.createdAt)}`,
      description: runDescription(run, false),
      detail: relative(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', run.folder),
      value: run,
    })),
    vscode.l10n.t('Which run?'),
  );
}

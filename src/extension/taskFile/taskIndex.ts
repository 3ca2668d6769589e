import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { EXCLUDED_PATTERN, TASK_PATTERN } from '../files';
import { type TaskEntry, taskEntry } from './taskEntry';

/** More task files than anyone keeps in one window. */
const MOST_TASKS = 1_000;

/** The workspace's task files, kept up to date by a file watcher. */
export class TaskIndex implements vscode.Disposable {
  readonly #tasks = new Map<string, TaskEntry>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #watcher: vscode.FileSystemWatcher;
  #found: Promise<void> | null = null;

  readonly onChanged = this.#changed.event;

  constructor() {
    this.#watcher = vscode.workspace.createFileSystemWatcher(TASK_PATTERN);
    this.#watcher.onDidCreate((uri) => this.#update(uri.fsPath));
    this.#watcher.onDidChange((uri) => this.#update(uri.fsPath));
    this.#watcher.onDidDelete((uri) => this.#tasks.delete(uri.fsPath) && this.#changed.fire());
  }

  /** All tasks; the first call searches the workspace. Nothing is read in one that is not trusted. */
  async all(): Promise<TaskEntry[]> {
    if (!vscode.workspace.isTrusted) return [];
    this.#found ??= this.#find();
    await this.#found;
    return [...this.#tasks.values()];
  }

  /** The tasks that learn from or test on a dataset file. */
  async using(dataset: string): Promise<TaskEntry[]> {
    return (await this.all()).filter((task) => task.data.includes(dataset));
  }

  /** The folders whose `.softprompt/` may hold runs. */
  async folders(): Promise<string[]> {
    const workspaces = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
    const tasks = await this.all();
    return [...new Set([...workspaces, ...tasks.map((task) => dirname(task.file))])];
  }

  async refresh(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    this.#found = this.#find();
    await this.#found;
    this.#changed.fire();
  }

  dispose(): void {
    this.#watcher.dispose();
    this.#changed.dispose();
  }

  /** What was known stays until all is read anew; a search that fails is made again when it is next asked for. */
  async #find(): Promise<void> {
    const before = [...this.#tasks.keys()];
    try {
      const uris = await vscode.workspace.findFiles(TASK_PATTERN, EXCLUDED_PATTERN, MOST_TASKS);
      const files = new Set(uris.map(({ fsPath }) => fsPath));
      await Promise.all([...files].map((file) => this.#read(file)));
      for (const file of before) if (!files.has(file)) this.#tasks.delete(file);
    } catch {
      this.#found = null;
    }
  }

  async #update(file: string): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    await this.#read(file);
    this.#changed.fire();
  }

  async #read(file: string): Promise<void> {
    try {
      this.#tasks.set(file, taskEntry(file, await readFile(file, 'utf8')));
    } catch {
      this.#tasks.delete(file); // it went away between being found and being read
    }
  }
}

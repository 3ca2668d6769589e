import * as vscode from 'vscode';
import type { Problem } from '../../protocol/dataset';
import { reportError } from '../../protocol/errors';
import { diagnostic } from '../diagnostic';
import { isDatasetFile, isTaskFile } from '../files';
import type { TaskChecks } from '../problems/taskChecks';
import type { ShownProblem } from './taskFixes';
import { taskRange } from './taskRange';

/** Typing pauses this long before a task file is checked. */
const QUIET_MILLISECONDS = 400;

/** What the host finds wrong with open task files, in the Problems list, as they are typed. */
export class TaskDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('softprompt');
  readonly #shown = new Map<string, readonly ShownProblem[]>();
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly checks: TaskChecks,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const checkOpen = (): void => {
      for (const document of vscode.workspace.textDocuments) this.#soon(document);
    };
    this.#subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.#soon(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#soon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.#collection.delete(uri);
        this.#shown.delete(uri.fsPath);
      }),
      // A dataset that was saved may have lost a column.
      vscode.workspace.onDidSaveTextDocument(checkOpen),
      vscode.workspace.onDidGrantWorkspaceTrust(checkOpen),
      checks.onForgotten(checkOpen),
    ];
    checkOpen();
  }

  /** The problems of a task file that are underlined now. */
  of(uri: vscode.Uri): readonly ShownProblem[] {
    return this.#shown.get(uri.fsPath) ?? [];
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  #soon(document: vscode.TextDocument): void {
    const file = document.uri.fsPath;
    if (document.uri.scheme !== 'file' || !isTaskFile(file) || !vscode.workspace.isTrusted) return;
    clearTimeout(this.#waiting.get(file));
    this.#waiting.set(
      file,
      setTimeout(() => {
        this.#waiting.delete(file);
        void this.#check(document);
      }, QUIET_MILLISECONDS),
    );
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const file = document.uri.fsPath;
    try {
      const { problems } = await this.checks.of(file);
      if (document.isClosed || document.version !== version) return;
      const shown = problems.filter(concernsTask).map((problem) => {
        const found = diagnostic(problem, document);
        const own = problem.place.file === undefined || problem.place.file === file;
        if (own) found.range = taskRange(problem.place, document) ?? found.range;
        return { problem, found };
      });
      this.#shown.set(
        file,
        shown.map(({ problem, found: { range } }) => ({ problem, range })),
      );
      this.#collection.set(
        document.uri,
        shown.map(({ found }) => found),
      );
    } catch (error) {
      this.log.warn(`Check of ${file}: ${reportError(error).message}`);
    }
  }
}

/** What is wrong with rows stands at the rows, in their dataset; what keeps the task from being read, here as well. */
function concernsTask({ place, severity }: Problem): boolean {
  return severity === 'error' || !place.file || !isDatasetFile(place.file);
}

import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import { diagnostic } from '../diagnostic';
import { isTaskFile } from '../files';
import type { HostClient } from '../host/hostClient';

/** Typing pauses this long before a task file is checked. */
const QUIET_MILLISECONDS = 400;

/** What the host finds wrong with open task files, in the Problems list, as they are typed. */
export class TaskDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('softprompt');
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly host: HostClient,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const checkOpen = (): void => {
      for (const document of vscode.workspace.textDocuments) this.#soon(document);
    };
    this.#subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.#soon(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#soon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)),
      // A dataset that was saved may have lost a column.
      vscode.workspace.onDidSaveTextDocument(checkOpen),
      vscode.workspace.onDidGrantWorkspaceTrust(checkOpen),
    ];
    checkOpen();
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
      const { problems } = await this.host.request('task/check', { file, text: document.getText() });
      if (document.isClosed || document.version !== version) return;
      this.#collection.set(
        document.uri,
        problems.map((problem) => diagnostic(problem, document)),
      );
    } catch (error) {
      this.log.warn(`Check of ${file}: ${reportError(error).message}`);
    }
  }
}

import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import type { Softprompt } from '../context';
import { diagnostic } from '../diagnostic';
import { isDatasetFile, startsLikeRows } from '../files';
import type { DatasetSummaries } from './datasetSummaries';

/** What deserves a look in open datasets, at their own lines in the Problems list. */
export class DatasetProblems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('softprompt-data');
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly summaries: DatasetSummaries,
    private readonly log: Softprompt['log'],
  ) {
    const checkOpen = (): void => {
      for (const document of vscode.workspace.textDocuments) void this.#check(document);
    };
    this.#subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => void this.#check(document)),
      vscode.workspace.onDidSaveTextDocument((document) => void this.#check(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#collection.delete(uri)),
      vscode.workspace.onDidGrantWorkspaceTrust(checkOpen),
    ];
    checkOpen();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const file = document.uri.fsPath;
    if (!vscode.workspace.isTrusted || document.uri.scheme !== 'file' || !isDatasetFile(file)) return;
    if (!startsLikeRows(file, document.lineAt(0).text)) return;
    try {
      const { problems } = await this.summaries.of(file);
      if (document.isClosed) return;
      this.#collection.set(
        document.uri,
        problems.map((problem) => diagnostic(problem, document)),
      );
    } catch (error) {
      this.log.warn(`${file}: ${reportError(error).message}`);
    }
  }
}

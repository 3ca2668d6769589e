import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import { DATASET_PATTERN, isDatasetFile, startsLikeRows } from '../files';
import type { TaskIndex } from '../taskFile/taskIndex';
import { datasetTitle } from '../wording';
import type { DatasetSummaries } from './datasetSummaries';

const TOP = new vscode.Range(0, 0, 0, 0);

/**
 * Above a dataset’s first line: what can be done with it, and what is in it. The file itself is never changed.
 */
export class DatasetLens implements vscode.CodeLensProvider, vscode.Disposable {
  static readonly selector: vscode.DocumentSelector = { scheme: 'file', pattern: DATASET_PATTERN };

  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(
    private readonly summaries: DatasetSummaries,
    private readonly tasks: TaskIndex,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#subscriptions = [
      tasks.onChanged(() => this.#changed.fire()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
      vscode.workspace.onDidSaveTextDocument(
        (document) => isDatasetFile(document.uri.fsPath) && this.#changed.fire(),
      ),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const file = document.uri.fsPath;
    if (!vscode.workspace.isTrusted || !isDatasetFile(file)) return [];
    if (!startsLikeRows(file, document.lineAt(0).text)) return [];
    try {
      const summary = await this.summaries.of(file);
      const known = await this.tasks.using(file);
      const tune = known.length === 1 ? `Tune “${known[0]?.name}”` : 'Tune a prompt';
      // What can be done comes first: beside the panel the editor is narrow, and the end of the line is cut.
      return [
        lens(`$(target) ${tune}`, 'softprompt.tune', document.uri),
        lens('$(eye) Preview prompt', 'softprompt.previewPrompt', document.uri),
        lens(datasetTitle(summary), summary.problems.length ? 'workbench.actions.view.problems' : ''),
      ];
    } catch (error) {
      const { code, message } = reportError(error);
      this.log.warn(`${file}: ${message}`);
      // JSON that is not rows is none of our business.
      return code === 'data-invalid' && !/\.json$/i.test(file) ? [lens(`$(error) ${message}`, '')] : [];
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function lens(title: string, command: string, ...args: unknown[]): vscode.CodeLens {
  return new vscode.CodeLens(TOP, { title, command, arguments: args });
}

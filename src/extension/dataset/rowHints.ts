import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import type { Result } from '../../protocol/requests';
import { taskName } from '../files';
import type { Services } from '../services';
import { SECTION } from '../settings';
import { holdsRows } from './datasetDocument';
import { hintDetails, hintedRows, hintText } from './hintText';
import { taskOfDataset } from './taskOfDataset';

export const ROW_HINTS = 'rowHints';

/** Whether rows are marked and measured in the editor: one setting for all of it. */
export function showsRowHints(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get<unknown>(ROW_HINTS) !== false;
}

/** Behind each row in view: how long its prompt is, and what a run answered to it. */
export class RowHints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: { dispose(): void }[];
  readonly onDidChangeInlayHints = this.#changed.event;

  constructor(
    private readonly softprompt: Pick<Services, 'host' | 'tasks' | 'runs' | 'predictions' | 'log'>,
  ) {
    const changed = (): void => this.#changed.fire();
    this.#subscriptions = [
      softprompt.predictions.onChanged(changed),
      softprompt.tasks.onChanged(changed),
      vscode.workspace.onDidSaveTextDocument(changed),
      // Without changes it tells that the document is as the file again, or not any more.
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 && holdsRows(document)) changed();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      vscode.workspace.onDidChangeConfiguration(
        (change) => change.affectsConfiguration(`${SECTION}.${ROW_HINTS}`) && changed(),
      ),
    ];
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    // Rows are those of the saved file: while it is edited they may be elsewhere.
    if (!showsRowHints() || !holdsRows(document) || document.isDirty) return [];
    const file = document.uri.fsPath;
    const lines = { firstLine: range.start.line + 1, lastLine: range.end.line + 1 };
    const taskFile = await taskOfDataset(this.softprompt, file);
    const { rows, limit } = await this.#measure(file, lines, taskFile, token);
    if (token.isCancellationRequested || document.isDirty) return [];
    const predictions = this.softprompt.predictions.of(file);
    const kind = predictions?.kind ?? 'label';
    const task = taskFile === undefined ? undefined : taskName(taskFile);
    return hintedRows(rows, predictions?.rows ?? [], lines).flatMap((row) => {
      const text = hintText(row, kind);
      if (text === '' || row.endLine > document.lineCount) return [];
      const hint = new vscode.InlayHint(document.lineAt(row.endLine - 1).range.end, text);
      hint.paddingLeft = true;
      hint.tooltip = hintDetails(row, { kind, task, limit }).join('\n');
      return [hint];
    });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  /** Without a task, or where it cannot be read just now, there is nothing to measure with. */
  async #measure(
    file: string,
    lines: { firstLine: number; lastLine: number },
    taskFile: string | undefined,
    token: vscode.CancellationToken,
  ): Promise<Result<'dataset/rows'>> {
    if (taskFile === undefined) return { rows: [] };
    const interest = new AbortController();
    const subscription = token.onCancellationRequested(() => interest.abort());
    try {
      return await this.softprompt.host.request(
        'dataset/rows',
        { file, taskFile, ...lines },
        interest.signal,
      );
    } catch (error) {
      const { code, message } = reportError(error);
      if (code !== 'cancelled') this.softprompt.log.debug(`Rows of ${file}: ${message}`);
      return { rows: [] };
    } finally {
      subscription.dispose();
    }
  }
}

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isDatasetFile } from '../files';
import { bytes } from '../wording';

/** VS Code hands no larger document to extensions: above this nothing of ours is shown in the text. */
const LARGE_BYTES = 50_000_000;

/** When a very large dataset is opened as text, points once to the table. */
export class LargeFileHint implements vscode.Disposable {
  readonly #pointedOut = new Set<string>();
  readonly #subscription: vscode.Disposable;

  constructor() {
    this.#subscription = vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
      for (const { input } of opened) {
        if (input instanceof vscode.TabInputText && input.uri.scheme === 'file') void this.#look(input.uri);
      }
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #look(uri: vscode.Uri): Promise<void> {
    const file = uri.fsPath;
    if (!vscode.workspace.isTrusted || !isDatasetFile(file) || this.#pointedOut.has(file)) return;
    const { size } = await stat(file).catch(() => ({ size: 0 }));
    if (size <= LARGE_BYTES) return;
    this.#pointedOut.add(file);
    const open = vscode.l10n.t('Open as Table');
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} is large ({1}). The table shows its rows at once; in the text Softprompt shows nothing.',
        basename(file),
        bytes(size),
      ),
      open,
    );
    if (choice === open) await vscode.commands.executeCommand('softprompt.openAsTable', uri);
  }
}

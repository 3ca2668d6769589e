import type * as vscode from 'vscode';
import { columnFor } from '../columnFor';
import type { Softprompt } from '../context';
import { showFailure } from '../failures';
import { lineOf } from '../lineAddress';
import { openTableAt } from './openTable';
import { TableSession } from './tableSession';

/** Datasets as tables, of any size. They are only looked at: the file is never changed. */
export class TableEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly softprompt: Softprompt) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose() {} };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const row = lineOf(uri);
    if (row !== undefined) this.#turnTo(uri.with({ fragment: '' }), row, panel);
    else {
      const session = new TableSession(this.softprompt, uri, panel);
      panel.onDidDispose(() => session.dispose());
    }
  }

  /** An address that names a row: the file's own table shows it, in the place of the tab that was opened for it. */
  #turnTo(uri: vscode.Uri, row: number, panel: vscode.WebviewPanel): void {
    openTableAt(uri, row, columnFor(uri))
      .catch((error) => showFailure(this.softprompt, error, `Row ${row} of ${uri.fsPath}`))
      .finally(() => panel.dispose());
  }
}

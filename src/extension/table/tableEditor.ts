import * as vscode from 'vscode';
import { columnFor } from '../columnFor';
import type { Softprompt } from '../context';
import { showFailure } from '../failures';
import { lineOf } from '../lineAddress';
import { isTable, openTableAt } from './openTable';
import { TableSession } from './tableSession';

/** Datasets as tables, of any size. They are only looked at: the file is never changed. */
export class TableEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly softprompt: Softprompt) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose() {} };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const row = lineOf(uri);
    if (row !== undefined) this.#turnTo(uri, row, panel);
    else {
      const session = new TableSession(this.softprompt, uri, panel);
      panel.onDidDispose(() => session.dispose());
    }
  }

  /** An address that names a row: the file's own table shows it, in the place of the tab that was opened for it. */
  #turnTo(named: vscode.Uri, row: number, panel: vscode.WebviewPanel): void {
    const uri = named.with({ fragment: '' });
    // Who walks through the Problems list with arrow keys gets previews, and stays in the list.
    openTableAt(uri, row, { viewColumn: columnFor(uri), preserveFocus: isPreview(named) })
      .catch((error) => showFailure(this.softprompt, error, `Row ${row} of ${uri.fsPath}`))
      .finally(() => panel.dispose());
  }
}

function isPreview(uri: vscode.Uri): boolean {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const tab = tabs.find(({ input }) => isTable(input) && input.uri.toString() === uri.toString());
  return tab?.isPreview === true;
}

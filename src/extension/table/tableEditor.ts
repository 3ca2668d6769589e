import type * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { TableSession } from './tableSession';

/** Datasets as tables, of any size. They are only looked at: the file is never changed. */
export class TableEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly softprompt: Softprompt) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose() {} };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const session = new TableSession(this.softprompt, uri, panel);
    panel.onDidDispose(() => session.dispose());
  }
}

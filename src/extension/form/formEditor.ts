import type * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { FormSession } from './formSession';

/** Task files as a form. The text stays what counts: undo, saving and what is unsaved are the editor's. */
export class FormEditor implements vscode.CustomTextEditorProvider {
  constructor(private readonly softprompt: Softprompt) {}

  resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel): void {
    const session = new FormSession(this.softprompt, document, panel.webview);
    panel.onDidDispose(() => session.dispose());
  }
}

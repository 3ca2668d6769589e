import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { TaskPath } from '../../protocol/form';

export const FORM_TYPE = 'softprompt.form';

/** In place of the form, at a value or at a line where one is given. */
export async function openAsText(
  uri: vscode.Uri,
  { path, line, column = 1 }: { path?: TaskPath; line?: number; column?: number },
): Promise<void> {
  await openWith(uri, 'default');
  const document = await vscode.workspace.openTextDocument(uri);
  const root = path && parseTree(document.getText());
  const node = path && root && findNodeAtLocation(root, path);
  const selection = node
    ? new vscode.Range(document.positionAt(node.offset), document.positionAt(node.offset + node.length))
    : new vscode.Range((line ?? 1) - 1, column - 1, (line ?? 1) - 1, column - 1);
  if (node || line !== undefined) await vscode.window.showTextDocument(document, { selection });
}

/** The active tab turns into the other editor of the same file; a file that is not active is opened. */
export async function openWith(uri: vscode.Uri, editor: string): Promise<void> {
  const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
  const shown = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  if (shown && input.uri.toString() === uri.toString()) {
    await vscode.commands.executeCommand('reopenActiveEditorWith', editor);
  } else await vscode.commands.executeCommand('vscode.openWith', uri, editor);
}

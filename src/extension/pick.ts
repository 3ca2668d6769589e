import * as vscode from 'vscode';

/** One of these, by the user's choice; undefined when nothing is picked. */
export async function pick<T>(
  items: (vscode.QuickPickItem & { value: T })[],
  placeHolder: string,
): Promise<T | undefined> {
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.value;
}

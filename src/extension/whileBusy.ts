import * as vscode from 'vscode';

/** Shows in the status bar, from the click on, what is being done: the training host may take seconds to start. */
export function whileBusy<T>(title: string, work: () => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, work);
}

import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { isDatasetFile } from '../files';

/** Tells the walkthrough which of its steps are done: a dataset is open, a prompt is tuned. */
export function registerWelcome({ runs }: Softprompt): vscode.Disposable {
  const seen = (step: string): void =>
    void vscode.commands.executeCommand('setContext', `softprompt.${step}`, true);
  const look = (editor: vscode.TextEditor | undefined): void => {
    const { uri } = editor?.document ?? {};
    if (uri?.scheme === 'file' && isDatasetFile(uri.fsPath)) seen('datasetOpened');
  };
  look(vscode.window.activeTextEditor);
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(look),
    runs.onEnded(({ state }) => state === 'finished' && seen('promptTuned')),
  );
}

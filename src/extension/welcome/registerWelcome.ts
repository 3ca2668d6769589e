import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { isDatasetFile } from '../files';
import { showSample } from './sample';

/** Shows a sample that was just copied, and tells the walkthrough which steps are done: a dataset is open, a prompt is tuned. */
export function registerWelcome(softprompt: Softprompt): vscode.Disposable {
  const { runs, log } = softprompt;
  const seen = (step: string): void =>
    void vscode.commands.executeCommand('setContext', `softprompt.${step}`, true);
  const look = (editor: vscode.TextEditor | undefined): void => {
    const { uri } = editor?.document ?? {};
    if (uri?.scheme === 'file' && isDatasetFile(uri.fsPath)) seen('datasetOpened');
  };
  look(vscode.window.activeTextEditor);
  showSample(softprompt).catch((error: Error) => log.warn(`Sample: ${error.message}`));
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(look),
    runs.onEnded(({ state }) => state === 'finished' && seen('promptTuned')),
  );
}

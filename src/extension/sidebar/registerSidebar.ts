import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { SECTION } from '../settings';
import { createStatusBar } from './statusBar';

/** The sidebar's views and the line in the status bar. */
export function registerSidebar(softprompt: Softprompt): vscode.Disposable {
  const { host, log, models, tasksView } = softprompt;
  return vscode.Disposable.from(
    createStatusBar(softprompt),
    tasksView.register(),
    vscode.window.createTreeView('softprompt.models', { treeDataProvider: models }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(SECTION)) return;
      host.updateSettings().then(
        () => models.refresh(),
        (error: Error) => log.error(error.message), // it reads them when it is back
      );
    }),
  );
}

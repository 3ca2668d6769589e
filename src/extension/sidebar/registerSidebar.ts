import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { SECTION } from '../settings';
import { TasksView } from './sidebar';
import { createStatusBar } from './statusBar';

/** The sidebar's views and the line in the status bar. */
export function registerSidebar({ host, models, runs, tasks }: Softprompt): vscode.Disposable {
  const tasksView = new TasksView(tasks, runs);
  return vscode.Disposable.from(
    tasksView,
    createStatusBar(runs),
    vscode.window.registerTreeDataProvider('softprompt.tasks', tasksView),
    vscode.window.registerTreeDataProvider('softprompt.models', models),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(SECTION)) return;
      void host.updateSettings().then(() => models.refresh());
    }),
  );
}

import * as vscode from 'vscode';
import { registerCommands } from './commands';
import type { Softprompt } from './context';
import { DatasetLens } from './dataset/datasetLens';
import { PREVIEW_SCHEME, PromptPreviews } from './dataset/promptPreview';
import { HostClient } from './host/hostClient';
import { PANEL_TYPE, RunPanel } from './panel/panel';
import { RunStore } from './runs/runStore';
import { announceEnd } from './runs/training';
import { hostSettings, SECTION } from './settings';
import { ModelsView, TasksView } from './sidebar/sidebar';
import { createStatusBar } from './sidebar/statusBar';
import { TaskDiagnostics } from './taskFile/taskDiagnostics';
import { TaskIndex } from './taskFile/taskIndex';
import { TaskLens } from './taskFile/taskLens';

let host: HostClient | undefined;

/** Registers what there is; the training host is started by the first that needs it. */
export function activate(extension: vscode.ExtensionContext): void {
  const startedAt = performance.now();
  const log = vscode.window.createOutputChannel('Softprompt', { log: true });
  host = new HostClient({
    script: extension.asAbsolutePath('dist/host.js'),
    settings: hostSettings,
    log,
  });
  const tasks = new TaskIndex();
  const runs = new RunStore(host, tasks, log);
  const models = new ModelsView(host, log);
  const panel = new RunPanel(extension.extensionUri, host, runs, log);
  const softprompt: Softprompt = { extension, log, host, tasks, runs, models, panel };

  const tasksView = new TasksView(tasks, runs);
  const datasetLens = new DatasetLens(host, tasks, log);
  const taskLens = new TaskLens(runs);
  const previews = new PromptPreviews(host);

  extension.subscriptions.push(
    log,
    tasks,
    runs,
    panel,
    tasksView,
    models,
    datasetLens,
    taskLens,
    previews,
    new TaskDiagnostics(host, log),
    createStatusBar(runs),
    vscode.window.registerTreeDataProvider('softprompt.tasks', tasksView),
    vscode.window.registerTreeDataProvider('softprompt.models', models),
    vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, panel),
    vscode.languages.registerCodeLensProvider(DatasetLens.selector, datasetLens),
    vscode.languages.registerCodeLensProvider(TaskLens.selector, taskLens),
    vscode.workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, previews),
    runs.onEnded((run) => void announceEnd(softprompt, run)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(SECTION)) return;
      void host?.updateSettings().then(() => models.refresh());
    }),
    ...registerCommands(softprompt),
  );
  log.info(`Activated in ${Math.round(performance.now() - startedAt)} ms.`);
}

/** The editor waits a few seconds for this: time for a checkpoint. */
export async function deactivate(): Promise<void> {
  await host?.dispose();
}

import * as vscode from 'vscode';
import { useTranslations } from '../protocol/l10n';
import { registerCommands } from './commands';
import { ComparePanel } from './compare/comparePanel';
import { registerCompare } from './compare/registerCompare';
import type { Softprompt } from './context';
import { DatasetSummaries } from './dataset/datasetSummaries';
import { FilePredictions } from './dataset/filePredictions';
import { registerDataset } from './dataset/registerDataset';
import { registerForm } from './form/registerForm';
import { HostClient } from './host/hostClient';
import { LabelsView } from './labels/labelsView';
import { registerLabels } from './labels/registerLabels';
import { RunPanel } from './panel/panel';
import { DatasetProblems } from './problems/datasetProblems';
import { registerProblems } from './problems/registerProblems';
import { TaskChecks } from './problems/taskChecks';
import { registerRuns } from './runs/registerRuns';
import { RunStore } from './runs/runStore';
import { hostSettings } from './settings';
import { ModelsView } from './sidebar/modelsView';
import { registerSidebar } from './sidebar/registerSidebar';
import { TasksView } from './sidebar/tasksView';
import { registerTable } from './table/registerTable';
import { registerTaskFile } from './taskFile/registerTaskFile';
import { TaskIndex } from './taskFile/taskIndex';
import { displayLanguage } from './translations';
import { registerWelcome } from './welcome/registerWelcome';

/** The parts that a person sees, each registered by the room it lives in. */
const FEATURES: readonly ((softprompt: Softprompt) => vscode.Disposable)[] = [
  registerDataset,
  registerTable,
  registerProblems,
  registerTaskFile,
  registerForm,
  registerRuns,
  registerSidebar,
  registerLabels,
  registerCompare,
  registerWelcome,
];

let host: HostClient | undefined;

/** Registers what there is; the training host is started by the first that needs it. */
export function activate(extension: vscode.ExtensionContext): void {
  const startedAt = performance.now();
  useTranslations(displayLanguage());
  const log = vscode.window.createOutputChannel('Softprompt', { log: true });
  host = new HostClient({
    script: extension.asAbsolutePath('dist/host.js'),
    settings: hostSettings,
    log,
  });
  const tasks = new TaskIndex();
  const datasets = new DatasetSummaries(host);
  const labels = new LabelsView({ host, tasks, log });
  const runs = new RunStore(host, tasks, log);
  const predictions = new FilePredictions(host, runs, log);
  const models = new ModelsView(host, tasks, log);
  const checks = new TaskChecks(host, models);
  const problems = new DatasetProblems({ datasets, tasks, checks, log });
  const panel = new RunPanel(extension.extensionUri, host, runs, log, extension.workspaceState);
  const compare = new ComparePanel({ extension, host, runs, panel, log });
  const tasksView = new TasksView({ tasks, runs, checks, host, log });
  const softprompt: Softprompt = {
    extension,
    log,
    host,
    tasks,
    datasets,
    checks,
    problems,
    labels,
    runs,
    predictions,
    models,
    panel,
    compare,
    tasksView,
  };
  extension.subscriptions.push(
    log,
    tasks,
    runs,
    predictions,
    panel,
    models,
    checks,
    problems,
    compare,
    tasksView,
    labels,
    ...FEATURES.map((register) => register(softprompt)),
    ...registerCommands(softprompt),
  );
  log.info(`Activated in ${Math.round(performance.now() - startedAt)} ms.`);
}

/** The editor waits a few seconds for this: time for a checkpoint. */
export async function deactivate(): Promise<void> {
  await host?.dispose();
}

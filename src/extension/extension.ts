import * as vscode from 'vscode';
import { registerCommands } from './commands';
import type { Softprompt } from './context';
import { DatasetSummaries } from './dataset/datasetSummaries';
import { registerDataset } from './dataset/registerDataset';
import { HostClient } from './host/hostClient';
import { RunPanel } from './panel/panel';
import { registerProblems } from './problems/registerProblems';
import { TaskChecks } from './problems/taskChecks';
import { registerRuns } from './runs/registerRuns';
import { RunStore } from './runs/runStore';
import { hostSettings } from './settings';
import { registerSidebar } from './sidebar/registerSidebar';
import { ModelsView } from './sidebar/sidebar';
import { registerTaskFile } from './taskFile/registerTaskFile';
import { TaskIndex } from './taskFile/taskIndex';
import { registerWelcome } from './welcome/registerWelcome';

/** The parts that a person sees, each registered by the room it lives in. */
const FEATURES: readonly ((softprompt: Softprompt) => vscode.Disposable)[] = [
  registerDataset,
  registerProblems,
  registerTaskFile,
  registerRuns,
  registerSidebar,
  registerWelcome,
];

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
  const datasets = new DatasetSummaries(host);
  const checks = new TaskChecks(host);
  const runs = new RunStore(host, tasks, log);
  const models = new ModelsView(host, log);
  const panel = new RunPanel(extension.extensionUri, host, runs, log, extension.workspaceState);
  const softprompt: Softprompt = { extension, log, host, tasks, datasets, checks, runs, models, panel };
  extension.subscriptions.push(
    log,
    tasks,
    runs,
    panel,
    models,
    ...FEATURES.map((register) => register(softprompt)),
    ...registerCommands(softprompt),
  );
  log.info(`Activated in ${Math.round(performance.now() - startedAt)} ms.`);
}

/** The editor waits a few seconds for this: time for a checkpoint. */
export async function deactivate(): Promise<void> {
  await host?.dispose();
}

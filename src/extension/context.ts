import type * as vscode from 'vscode';
import type { ComparePanel } from './compare/comparePanel';
import type { DatasetSummaries } from './dataset/datasetSummaries';
import type { FilePredictions } from './dataset/filePredictions';
import type { HostClient } from './host/hostClient';
import type { LabelsView } from './labels/labelsView';
import type { RunPanel } from './panel/panel';
import type { DatasetProblems } from './problems/datasetProblems';
import type { TaskChecks } from './problems/taskChecks';
import type { RunStore } from './runs/runStore';
import type { ModelsView } from './sidebar/modelsView';
import type { TasksView } from './sidebar/tasksView';
import type { TaskIndex } from './taskFile/taskIndex';

/** What the parts of the extension share: made once, in activate, and handed to each. */
export interface Softprompt {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly host: HostClient;
  readonly tasks: TaskIndex;
  readonly datasets: DatasetSummaries;
  readonly checks: TaskChecks;
  readonly problems: DatasetProblems;
  readonly labels: LabelsView;
  readonly runs: RunStore;
  readonly predictions: FilePredictions;
  readonly models: ModelsView;
  readonly panel: RunPanel;
  readonly compare: ComparePanel;
  readonly tasksView: TasksView;
}

import type * as vscode from 'vscode';
import type { DatasetSummaries } from './dataset/datasetSummaries';
import type { FilePredictions } from './dataset/filePredictions';
import type { HostClient } from './host/hostClient';
import type { RunStore } from './runs/runStore';
import type { TaskIndex } from './taskFile/taskIndex';

/** What the parts of the extension work with and nobody sees: made once, in activate. */
export interface Services {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly host: HostClient;
  readonly tasks: TaskIndex;
  readonly datasets: DatasetSummaries;
  readonly runs: RunStore;
  readonly predictions: FilePredictions;
}

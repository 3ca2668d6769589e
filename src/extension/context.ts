import type * as vscode from 'vscode';
import type { HostClient } from './hostClient';
import type { RunPanel } from './panel';
import type { RunStore } from './runStore';
import type { ModelsView } from './sidebar';
import type { TaskIndex } from './taskIndex';

/** What the parts of the extension share: made once, in activate, and handed to each. */
export interface Softprompt {
  readonly extension: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly host: HostClient;
  readonly tasks: TaskIndex;
  readonly runs: RunStore;
  readonly models: ModelsView;
  readonly panel: RunPanel;
}

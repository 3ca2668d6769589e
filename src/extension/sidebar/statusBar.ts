import * as vscode from 'vscode';
import type { RunStore } from '../runs/runStore';
import { statusText } from '../wording';

/** A line in the status bar while a run is live; a click opens its panel. */
export function createStatusBar(runs: RunStore): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('softprompt.live', vscode.StatusBarAlignment.Left, 10);
  item.name = 'Softprompt Training';
  const update = (): void => {
    const run = runs.live;
    void vscode.commands.executeCommand('setContext', 'softprompt.live', run !== undefined);
    if (!run) {
      item.hide();
      return;
    }
    item.text = statusText(run, runs.lossOf(run.folder));
    item.tooltip = `Softprompt: ${run.id}`;
    item.command = { command: 'softprompt.openPanel', title: 'Open Panel', arguments: [run.folder] };
    item.show();
  };
  return vscode.Disposable.from(item, runs.onChanged(update));
}

import { join } from 'node:path';
import * as vscode from 'vscode';

/**
 * Shows a run's folder, or its adapter, in the file manager; in a browser or over a remote connection, which have none, in
 * the Explorer.
 */
export async function revealRun(folder: string, part: 'run' | 'adapter' = 'run'): Promise<void> {
  const file = part === 'run' ? join(folder, 'run.json') : join(folder, 'adapter', 'adapter_config.json');
  const { remoteName, uiKind } = vscode.env;
  const here = remoteName === undefined && uiKind === vscode.UIKind.Desktop;
  await vscode.commands.executeCommand(here ? 'revealFileInOS' : 'revealInExplorer', vscode.Uri.file(file));
}

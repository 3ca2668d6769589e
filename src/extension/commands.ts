import * as vscode from 'vscode';
import type { Target } from './choose';
import type { Command, CommandTable } from './command';
import { COMPARE_COMMANDS } from './compare/compareCommands';
import type { Softprompt } from './context';
import { DATASET_COMMANDS } from './dataset/datasetCommands';
import { showFailure } from './failures';
import { FORM_EDITOR_COMMANDS } from './form/formCommands';
import { LABEL_COMMANDS } from './labels/labelCommands';
import { MODEL_COMMANDS } from './models/modelCommands';
import { PANEL_COMMANDS } from './panel/panelCommands';
import { PROBLEM_COMMANDS } from './problems/problemCommands';
import { RUN_COMMANDS } from './runs/runCommands';
import { TABLE_EDITOR_COMMANDS } from './table/tableCommands';
import { TASK_COMMANDS } from './taskFile/taskCommands';
import { WELCOME_COMMANDS } from './welcome/welcomeCommands';

/** Commands that need no trusted workspace, as they run nothing. */
const HARMLESS: readonly string[] = ['softprompt.openLog', 'softprompt.getStarted'];

/** Every command of the manifest, by its name there; a test holds the two together. */
export const COMMANDS = {
  ...TASK_COMMANDS,
  ...FORM_EDITOR_COMMANDS,
  ...RUN_COMMANDS,
  ...PANEL_COMMANDS,
  ...COMPARE_COMMANDS,
  ...MODEL_COMMANDS,
  ...DATASET_COMMANDS,
  ...PROBLEM_COMMANDS,
  ...LABEL_COMMANDS,
  ...TABLE_EDITOR_COMMANDS,
  ...WELCOME_COMMANDS,
} as const satisfies CommandTable;

export function registerCommands(softprompt: Softprompt): vscode.Disposable[] {
  return Object.entries<Command>(COMMANDS).map(([name, command]) =>
    vscode.commands.registerCommand(name, async (target: Target, selected: unknown) => {
      try {
        if (vscode.workspace.isTrusted || HARMLESS.includes(name))
          await command(softprompt, target, Array.isArray(selected) ? selected : undefined);
        else await askForTrust();
      } catch (error) {
        await showFailure(softprompt, error, name);
      }
    }),
  );
}

async function askForTrust(): Promise<void> {
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Softprompt runs nothing in a workspace that is not trusted.'),
    vscode.l10n.t('Manage Workspace Trust'),
  );
  if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
}

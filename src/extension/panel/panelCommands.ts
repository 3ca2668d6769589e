import * as vscode from 'vscode';
import { chooseRun } from '../choose';
import type { CommandTable } from '../command';

/** What opens the panel of a run at one of its parts. */
export const PANEL_COMMANDS = {
  async 'softprompt.openPlayground'(softprompt, target) {
    const run = await chooseRun(softprompt, target, () => true, {
      newest: true,
      none: vscode.l10n.t('There is no run to try yet.'),
    });
    if (run) await softprompt.panel.open(run.folder, 'playground');
  },
} as const satisfies CommandTable;

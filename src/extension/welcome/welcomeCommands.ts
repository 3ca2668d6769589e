import * as vscode from 'vscode';
import type { CommandTable } from '../command';
import { openSample } from './sample';

/** As package.json has it, under the extension's own name. */
const WALKTHROUGH = 'softprompt.softprompt#start';

/** For people who are new here. */
export const WELCOME_COMMANDS = {
  async 'softprompt.getStarted'() {
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, false);
  },

  'softprompt.openSample': openSample,
} as const satisfies CommandTable;

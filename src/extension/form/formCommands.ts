import * as vscode from 'vscode';
import { chooseTask } from '../choose';
import type { CommandTable } from '../command';
import { FORM_TYPE, openAsText, openWith } from './switchEditor';

/** A task file as a form, and back. */
export const FORM_EDITOR_COMMANDS = {
  async 'softprompt.openAsForm'(softprompt, target) {
    const task = await chooseTask(softprompt, target);
    if (task) await openWith(vscode.Uri.file(task.file), FORM_TYPE);
  },

  async 'softprompt.openAsText'(softprompt, target) {
    const task = await chooseTask(softprompt, target);
    if (task) await openAsText(vscode.Uri.file(task.file), {});
  },
} as const satisfies CommandTable;

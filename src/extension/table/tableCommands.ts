import * as vscode from 'vscode';
import { chooseDataset } from '../choose';
import type { CommandTable } from '../command';
import { openWith } from '../form/switchEditor';
import { tableTypeOf } from './openTable';

/** A dataset as a table, and back to its text. */
export const TABLE_EDITOR_COMMANDS = {
  async 'softprompt.openAsTable'(softprompt, target) {
    const file = await chooseDataset(softprompt, target);
    if (file !== undefined) await openWith(vscode.Uri.file(file), tableTypeOf(file));
  },

  async 'softprompt.openTableAsText'(softprompt, target) {
    const file = await chooseDataset(softprompt, target);
    if (file !== undefined) await openWith(vscode.Uri.file(file), 'default');
  },
} as const satisfies CommandTable;

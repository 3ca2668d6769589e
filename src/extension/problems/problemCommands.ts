import * as vscode from 'vscode';
import { chooseTask } from '../choose';
import type { CommandTable } from '../command';
import { openPlace } from '../failures';
import { isDatasetFile } from '../files';
import { excludeRows } from './excludeRows';
import { selectedRows } from './selectedRows';

/** What quick fixes do; excluding rows also by hand. */
export const PROBLEM_COMMANDS = {
  async 'softprompt.excludeRows'(softprompt, target) {
    if (target instanceof Object && 'kind' in target && target.kind === 'rows') {
      await excludeRows(softprompt, target);
      return;
    }
    const editor = vscode.window.activeTextEditor;
    const file = editor?.document.uri.fsPath;
    if (!editor || !file || !isDatasetFile(file)) return;
    // The host counts rows in the saved file.
    if (editor.document.isDirty && !(await editor.document.save())) return;
    const rows = await selectedRows(softprompt.host, file, editor.selections);
    if (rows.length === 0) return;
    const task = await chooseTask(softprompt, editor.document.uri);
    if (task) await excludeRows(softprompt, { kind: 'rows', taskFile: task.file, file, rows });
  },

  async 'softprompt.openPlace'(_, target) {
    if (target instanceof Object && 'kind' in target && target.kind === 'link') await openPlace(target);
  },
} as const satisfies CommandTable;

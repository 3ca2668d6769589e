import * as vscode from 'vscode';
import { chooseTask } from '../choose';
import type { CommandTable } from '../command';
import { isDatasetFile } from '../files';
import { PREVIEW_SCHEME, previewOf, showPreview } from './promptPreview';

/** A dataset's rows as the model reads them. */
export const DATASET_COMMANDS = {
  async 'softprompt.previewPrompt'(softprompt, target) {
    const task = await chooseTask(softprompt, target);
    if (!task) return;
    const file = target instanceof vscode.Uri && isDatasetFile(target.fsPath) ? target.fsPath : undefined;
    await showPreview({ taskFile: task.file, row: 1, file });
  },

  'softprompt.previewNextRow': () => turnPreview(1),

  'softprompt.previewPreviousRow': () => turnPreview(-1),
} as const satisfies CommandTable;

async function turnPreview(rows: number): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme !== PREVIEW_SCHEME) return;
  const preview = previewOf(uri);
  await showPreview({ ...preview, row: Math.max(1, preview.row + rows) });
}

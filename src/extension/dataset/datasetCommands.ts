import * as vscode from 'vscode';
import { chooseTask, type Target } from '../choose';
import type { CommandTable } from '../command';
import { isDatasetFile } from '../files';
import { lineOf } from '../lineAddress';
import { SECTION } from '../settings';
import { activeDataset } from './datasetDocument';
import { evaluateDataset } from './evaluateDataset';
import { datasetEditor, goToMistake } from './mistakeCommands';
import { PREVIEW_SCHEME, previewOf, showPreview } from './promptPreview';
import { ROW_HINTS, showsRowHints } from './rowHints';
import { type PreviewedPlace, rowToPreview } from './rowToPreview';

/** A dataset's rows as the model reads and answers them. */
export const DATASET_COMMANDS = {
  async 'softprompt.previewPrompt'(softprompt, target) {
    const task = await chooseTask(softprompt, target);
    if (!task) return;
    const place = previewedPlace(target);
    const row = await rowToPreview(softprompt, task, place);
    if (row !== undefined) await showPreview({ taskFile: task.file, row, file: place?.file });
  },

  'softprompt.previewNextRow': () => turnPreview(1),

  'softprompt.previewPreviousRow': () => turnPreview(-1),

  async 'softprompt.evaluateDataset'(softprompt, target) {
    const editor = await datasetEditor(target instanceof vscode.Uri ? target : undefined);
    if (editor) await evaluateDataset(softprompt, editor.document);
  },

  'softprompt.nextMistake': (softprompt, target) => goToMistake(softprompt, target, 'next'),

  'softprompt.previousMistake': (softprompt, target) => goToMistake(softprompt, target, 'previous'),

  async 'softprompt.toggleRowHints'() {
    const section = vscode.workspace.getConfiguration(SECTION);
    const { workspaceValue } = section.inspect(ROW_HINTS) ?? {};
    const scope =
      workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
    await section.update(ROW_HINTS, !showsRowHints(), scope);
  },
} as const satisfies CommandTable;

/** The row meant: of the line that was named, else where the cursor stands in the dataset. */
function previewedPlace(target: Target): PreviewedPlace | undefined {
  const editor = activeDataset();
  const named = target instanceof vscode.Uri && isDatasetFile(target.fsPath) ? target : undefined;
  if (target !== undefined && !named) return undefined;
  const file = named?.fsPath ?? editor?.document.uri.fsPath;
  if (file === undefined) return undefined;
  const cursor = editor?.document.uri.fsPath === file ? editor.selection.active.line + 1 : 1;
  return { file, line: (named && lineOf(named)) ?? cursor };
}

async function turnPreview(rows: number): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme !== PREVIEW_SCHEME) return;
  const preview = previewOf(uri);
  await showPreview({ ...preview, row: Math.max(1, preview.row + rows) });
}

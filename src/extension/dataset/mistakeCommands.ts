import * as vscode from 'vscode';
import type { Target } from '../choose';
import { columnFor } from '../columnFor';
import type { Softprompt } from '../context';
import { lineOf } from '../lineAddress';
import { count } from '../wording';
import { activeDataset, holdsRows } from './datasetDocument';
import { evaluateDataset } from './evaluateDataset';
import { findMistake, mistakeText } from './mistakes';

/** How long the status bar says which mistake this is. */
const TOLD_MILLISECONDS = 10_000;

/** Takes the cursor to the next mistake, or the one before; after the last comes the first. */
export async function goToMistake(
  softprompt: Softprompt,
  target: Target,
  direction: 'next' | 'previous',
): Promise<void> {
  const uri = target instanceof vscode.Uri ? target : undefined;
  const editor = await datasetEditor(uri);
  if (!editor) return;
  const { document } = editor;
  const file = document.uri.fsPath;
  const found = softprompt.predictions.of(file) ?? (await softprompt.predictions.load(file));
  if (!found) {
    const evaluate = vscode.l10n.t('Evaluate');
    const message = vscode.l10n.t('No prompt has answered the rows of this file yet. Evaluate first.');
    if ((await vscode.window.showInformationMessage(message, evaluate)) === evaluate) {
      await evaluateDataset(softprompt, document);
    }
    return;
  }
  if (document.isDirty) {
    const save = vscode.l10n.t('Save');
    const message = vscode.l10n.t('Mistakes are known by the lines of the saved file. Save it first.');
    if ((await vscode.window.showInformationMessage(message, save)) !== save) return;
    if (!(await document.save())) return;
    await softprompt.predictions.load(file);
  }
  const line = (uri && lineOf(uri)) ?? editor.selection.active.line + 1;
  const rows = softprompt.predictions.of(file)?.rows ?? [];
  const mistake = findMistake(rows, line, direction);
  if (!mistake) {
    vscode.window.showInformationMessage(
      vscode.l10n.t('No mistakes: all {0} that were answered are right.', count(rows.length, 'row')),
    );
    return;
  }
  const at = new vscode.Position(Math.min(mistake.row.line, document.lineCount) - 1, 0);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  vscode.window.setStatusBarMessage(`$(error) ${mistakeText(mistake, found.kind)}`, TOLD_MILLISECONDS);
}

/** The editor of the dataset meant, else the active one; says so where there is none. */
export async function datasetEditor(uri: vscode.Uri | undefined): Promise<vscode.TextEditor | undefined> {
  if (uri) {
    const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.fsPath === uri.fsPath);
    const document = shown?.document ?? (await vscode.workspace.openTextDocument(uri.fsPath));
    const viewColumn = shown?.viewColumn ?? columnFor(document.uri);
    const editor = await vscode.window.showTextDocument(document, { viewColumn });
    if (holdsRows(editor.document)) return editor;
  }
  const active = activeDataset();
  if (!active) {
    vscode.window.showInformationMessage(
      vscode.l10n.t('Open a dataset first: a .csv, .tsv, .jsonl or .json file with one example a row.'),
    );
  }
  return active;
}

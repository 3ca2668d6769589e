import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { openPlace } from '../failures';
import { taskName } from '../files';
import type { HostClient } from '../host/hostClient';
import { count } from '../wording';

/** Rows of a dataset that a task is to leave out, or to take back. */
export interface RowsOfTask {
  kind: 'rows';
  taskFile: string;
  file: string;
  rows: number[];
  include?: boolean;
}

/**
 * Writes rows into a task file's "exclude", or takes them out of it; the file is saved unless it had changes of its own already. It
 * can be undone in its editor, and by the message's button.
 */
export async function excludeRows({ host }: Pick<Softprompt, 'host'>, wanted: RowsOfTask): Promise<void> {
  await writeRows(host, wanted);
  const { rows, taskFile, file, include } = wanted;
  const [some, dataset, task] = [count(rows.length, 'row'), basename(file), taskName(taskFile)];
  const undo = vscode.l10n.t('Undo');
  const open = vscode.l10n.t('Open Task File');
  // Not waited for: it may stand there for long.
  void vscode.window
    .showInformationMessage(
      include
        ? vscode.l10n.t('{0} of {1} taken back by the task “{2}”.', some, dataset, task)
        : vscode.l10n.t('{0} of {1} left out by the task “{2}”.', some, dataset, task),
      undo,
      open,
    )
    .then(async (choice) => {
      if (choice === undo) await writeRows(host, { ...wanted, include: !include });
      if (choice === open) await openPlace({ file: taskFile, ...(await placeOf(wanted)) });
    });
}

async function writeRows(host: HostClient, { kind: _, taskFile, ...wanted }: RowsOfTask): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(taskFile));
  const before = document.getText();
  const wasDirty = document.isDirty;
  const { text } = await host.request('task/exclude', { taskFile, text: before, ...wanted });
  if (text === before) return;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, ...difference(document, before, text));
  await vscode.workspace.applyEdit(edit);
  if (!wasDirty) await document.save();
}

/** The part that differs alone: cursors and folded parts elsewhere stay as they are. */
function difference(document: vscode.TextDocument, before: string, after: string): [vscode.Range, string] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(before.length - end));
  return [range, after.slice(start, after.length - end)];
}

/** Where the first of the rows stands in the task file. */
async function placeOf({ taskFile, rows }: RowsOfTask): Promise<{ line?: number; column?: number }> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(taskFile));
  const found = document.getText().indexOf(`"${rows[0]}"`);
  if (found === -1) return {};
  const { line, character } = document.positionAt(found);
  return { line: line + 1, column: character + 1 };
}

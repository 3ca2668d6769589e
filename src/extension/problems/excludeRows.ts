import { basename } from 'node:path';
import * as vscode from 'vscode';
import { changeText } from '../changeText';
import { openPlace } from '../failures';
import { taskName } from '../files';
import type { HostClient } from '../host/hostClient';
import { offer } from '../offer';
import type { Services } from '../services';
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
export async function excludeRows(
  softprompt: Pick<Services, 'host' | 'log'>,
  wanted: RowsOfTask,
): Promise<void> {
  const { host } = softprompt;
  await writeRows(host, wanted);
  const { rows, taskFile, file, include } = wanted;
  const [some, dataset, task] = [count(rows.length, 'row'), basename(file), taskName(taskFile)];
  offer(
    softprompt,
    include
      ? vscode.l10n.t('{0} of {1} taken back by the task “{2}”.', some, dataset, task)
      : vscode.l10n.t('{0} of {1} left out by the task “{2}”.', some, dataset, task),
    {
      [vscode.l10n.t('Undo')]: () => writeRows(host, { ...wanted, include: !include }),
      [vscode.l10n.t('Open Task File')]: async () =>
        openPlace({ file: taskFile, ...(await placeOf(wanted)) }),
    },
  );
}

async function writeRows(host: HostClient, { kind: _, taskFile, ...wanted }: RowsOfTask): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(taskFile));
  const wasDirty = document.isDirty;
  const { version } = document;
  await changeText(document, async (text) => {
    const { text: changed } = await host.request('task/exclude', { taskFile, text, ...wanted });
    return changed;
  });
  if (!wasDirty && document.version !== version) await document.save();
}

/** Where the first of the rows stands in the task file. */
async function placeOf({ taskFile, rows }: RowsOfTask): Promise<{ line?: number; column?: number }> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(taskFile));
  const found = document.getText().indexOf(`"${rows[0]}"`);
  if (found === -1) return {};
  const { line, character } = document.positionAt(found);
  return { line: line + 1, column: character + 1 };
}

import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { SoftpromptError } from '../protocol/errors';
import { openPlace } from './failures';

const MOST_TRIES = 4;
const TRY_AGAIN_MILLISECONDS = 500;

/** The host reads files, not editors. @throws SoftpromptError `task-invalid` where one cannot be saved; it is opened. */
export async function saveFiles(files: readonly string[]): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (!files.includes(document.uri.fsPath) || (await saved(document))) continue;
    await openPlace({ file: document.uri.fsPath });
    throw new SoftpromptError(
      'task-invalid',
      vscode.l10n.t('{0} could not be saved.', basename(document.uri.fsPath)),
    );
  }
}

/** A save that an edit or another save came in between of is said to have failed: then it is tried again. */
async function saved(document: vscode.TextDocument): Promise<boolean> {
  for (let attempt = 1; document.isDirty; attempt++) {
    if (await document.save()) return true;
    if (attempt === MOST_TRIES) return false;
    await sleep(TRY_AGAIN_MILLISECONDS);
  }
  return true;
}

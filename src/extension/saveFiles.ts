import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SoftpromptError } from '../protocol/errors';
import { openPlace } from './failures';

/** The host reads files, not editors. @throws SoftpromptError `task-invalid` where one cannot be saved; it is opened. */
export async function saveFiles(files: readonly string[]): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty || !files.includes(document.uri.fsPath)) continue;
    if (!(await document.save())) {
      await openPlace({ file: document.uri.fsPath });
      throw new SoftpromptError(
        'task-invalid',
        vscode.l10n.t('{0} could not be saved.', basename(document.uri.fsPath)),
      );
    }
  }
}

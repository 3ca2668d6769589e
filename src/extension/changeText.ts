import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SoftpromptError } from '../protocol/errors';

/** A text in place of another, by offset and length. */
export interface TextEdit {
  offset: number;
  length: number;
  text: string;
}

/** Somebody who types all the time is not waited for. */
const MOST_TRIES = 10;

/**
 * Changes an open document by what `change` makes of its text: the part that differs alone, so that cursors and folded parts
 * elsewhere stay as they are. What is typed before the change is in is kept: then `change` is asked again, of the newer text.
 *
 * @throws SoftpromptError `task-invalid` where the editor does not take the change.
 */
export async function changeText(
  document: vscode.TextDocument,
  change: (text: string) => string | Promise<string>,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = document.getText();
    const edit = difference(before, await change(before));
    if (!edit) return;
    if (document.getText() !== before) continue;
    const [start, end] = [edit.offset, edit.offset + edit.length].map((at) => document.positionAt(at));
    const all = new vscode.WorkspaceEdit();
    all.replace(document.uri, new vscode.Range(start!, end!), edit.text);
    if (await vscode.workspace.applyEdit(all)) return;
  }
  const { fsPath: file } = document.uri;
  throw new SoftpromptError('task-invalid', vscode.l10n.t('{0} could not be changed.', basename(file)), {
    place: { file },
  });
}

/** The one edit that makes a text of another; undefined where they are the same. */
export function difference(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { offset: start, length: before.length - end - start, text: after.slice(start, after.length - end) };
}

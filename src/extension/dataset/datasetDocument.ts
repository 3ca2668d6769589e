import * as vscode from 'vscode';
import { DATASET_PATTERN, isDatasetFile, startsLikeRows } from '../files';

/** Text documents that may hold rows; whether they do is seen by `holdsRows`. */
export const DATASET_DOCUMENTS: vscode.DocumentSelector = { scheme: 'file', pattern: DATASET_PATTERN };

/** Whether the document is a dataset that may be looked into: settings and the like, which are JSON too, are not. */
export function holdsRows(document: vscode.TextDocument): boolean {
  const { uri } = document;
  if (!vscode.workspace.isTrusted || uri.scheme !== 'file' || !isDatasetFile(uri.fsPath)) return false;
  return startsLikeRows(uri.fsPath, document.lineAt(0).text);
}

/** Whether a dataset in an editor changed without being edited: another program has written it. */
export function writtenElsewhere({ document, contentChanges }: vscode.TextDocumentChangeEvent): boolean {
  return contentChanges.length > 0 && !document.isDirty && isDatasetFile(document.uri.fsPath);
}

/** The active editor, if it shows a dataset. */
export function activeDataset(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && holdsRows(editor.document) ? editor : undefined;
}

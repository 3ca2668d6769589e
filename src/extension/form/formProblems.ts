import { findNodeAtOffset, getNodePath, type Node, type ParseError, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { Problem } from '../../protocol/dataset';
import type { DataRole, FormProblem, TaskPath } from '../../protocol/form';

/** Lines and columns to paths: problems at the values that they are about. */
export function formProblems(
  problems: readonly Problem[],
  document: vscode.TextDocument,
  files: Readonly<Partial<Record<DataRole, string>>>,
): FormProblem[] {
  const root = parseTree(document.getText());
  return problems.map(({ place, severity, kind, message, hint, suggestion }) => {
    const role = (Object.keys(files) as DataRole[]).find((name) => files[name] === place.file);
    const path = role ? ['data', role] : pathAt(root, place, document);
    return { severity, kind, message, hint, suggestion, path };
  });
}

function pathAt(
  root: Node | undefined,
  { line, column }: Problem['place'],
  document: vscode.TextDocument,
): TaskPath {
  if (!root || line === undefined) return [];
  const offset = document.offsetAt(new vscode.Position(line - 1, (column ?? 1) - 1));
  const node = findNodeAtOffset(root, offset, true);
  return node ? getNodePath(node) : [];
}

/** Where a text stops being JSON; undefined where it does not. An empty text is a task that says nothing yet. */
export function brokenAt(document: vscode.TextDocument): { line: number; column: number } | undefined {
  const text = document.getText();
  if (text.trim() === '') return undefined;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: false });
  if (root?.type === 'object' && errors.length === 0) return undefined;
  const { line, character } = document.positionAt(errors[0]?.offset ?? 0);
  return { line: line + 1, column: character + 1 };
}

import { findNodeAtOffset, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { Place } from '../../protocol/errors';

/** What a problem of a task file underlines: a hole or a single brace of a text, else the whole key or value. */
export function taskRange({ line, column }: Place, document: vscode.TextDocument): vscode.Range | undefined {
  if (line === undefined || column === undefined) return undefined;
  const text = document.getText();
  const offset = document.offsetAt(new vscode.Position(line - 1, column - 1));
  const root = parseTree(text);
  const node = root && findNodeAtOffset(root, offset);
  if (!node) return undefined;
  let [start, end] = [node.offset, node.offset + node.length];
  if (node.type === 'string' && offset > node.offset) {
    start = offset;
    end = offset + (/^\{(?:[^{}\\]|\\.)*\}|^[\s\S]/.exec(text.slice(offset, end))?.[0].length ?? 1);
  }
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  // Of an object or a list its beginning is enough.
  return range.isSingleLine ? range : document.lineAt(range.start).range.with(range.start);
}

import type * as vscode from 'vscode';

/** A file's address with a line, counted from 1. */
export function atLine(uri: vscode.Uri, line: number): vscode.Uri {
  return uri.with({ fragment: `L${line}` });
}

/** The line that an address names. */
export function lineOf(uri: vscode.Uri): number | undefined {
  const [, line] = /^L(\d+)$/.exec(uri.fragment) ?? [];
  return line === undefined ? undefined : Number(line);
}

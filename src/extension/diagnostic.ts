import * as vscode from 'vscode';
import type { Problem } from '../protocol/dataset';

export const SEVERITY: Readonly<Record<Problem['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** A problem at its place in the document; one of another file at the document's top, with a link to its place. */
export function diagnostic(problem: Problem, document: vscode.TextDocument): vscode.Diagnostic {
  const { place } = problem;
  const own = place.file === undefined || place.file === document.uri.fsPath;
  const message = [problem.message, problem.hint].filter(Boolean).join('\n');
  const found = new vscode.Diagnostic(range(own ? place : {}, document), message, SEVERITY[problem.severity]);
  found.source = 'softprompt';
  found.code = problem.kind;
  if (!own && place.file) {
    const there = new vscode.Position(
      Math.max(0, (place.line ?? 1) - 1),
      Math.max(0, (place.column ?? 1) - 1),
    );
    const location = new vscode.Location(vscode.Uri.file(place.file), there);
    found.relatedInformation = [
      new vscode.DiagnosticRelatedInformation(location, vscode.l10n.t('It is here.')),
    ];
  }
  return found;
}

/** From the place to the end of the word or string there; the whole line where no column is known. */
function range(place: Problem['place'], document: vscode.TextDocument): vscode.Range {
  const line = document.lineAt(Math.min(document.lineCount, Math.max(1, place.line ?? 1)) - 1);
  if (place.column === undefined) return line.range;
  const start = new vscode.Position(line.lineNumber, Math.min(place.column - 1, line.text.length));
  const word = document.getWordRangeAtPosition(start, /"(?:[^"\\]|\\.)*"|[\w.-]+/);
  return word ?? new vscode.Range(start, line.range.end);
}

import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { TaskDiagnostics } from './taskDiagnostics';
import { TaskLens } from './taskLens';

/** What helps while a task file is edited. */
export function registerTaskFile({ checks, log, runs }: Softprompt): vscode.Disposable {
  const lens = new TaskLens(runs);
  return vscode.Disposable.from(
    lens,
    new TaskDiagnostics(checks, log),
    vscode.languages.registerCodeLensProvider(TaskLens.selector, lens),
  );
}

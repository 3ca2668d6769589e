import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { QuickLenses } from '../quickLenses';
import { TaskCompletion } from './taskCompletion';
import { TaskDiagnostics } from './taskDiagnostics';
import { TaskFacts } from './taskFacts';
import { TaskFixes } from './taskFixes';
import { TaskHover } from './taskHover';
import { TaskLens } from './taskLens';

/** What helps while a task file is edited. */
export function registerTaskFile(softprompt: Softprompt): vscode.Disposable {
  const { checks, datasets, log, runs } = softprompt;
  const { selector } = TaskLens;
  const lens = new TaskLens(runs);
  const lenses = new QuickLenses(lens);
  const diagnostics = new TaskDiagnostics(checks, log);
  const facts = new TaskFacts(softprompt);
  const fixes = new TaskFixes((uri) => diagnostics.of(uri), facts);
  const { languages } = vscode;
  return vscode.Disposable.from(
    lens,
    lenses,
    diagnostics,
    languages.registerCodeLensProvider(selector, lenses),
    languages.registerCompletionItemProvider(selector, new TaskCompletion(facts), ...TaskCompletion.triggers),
    languages.registerHoverProvider(selector, new TaskHover(facts, datasets)),
    languages.registerCodeActionsProvider(selector, fixes, TaskFixes.metadata),
  );
}

import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { DATASET_PATTERN } from '../files';
import { ProblemActions } from './problemActions';

/** Problems of datasets in the Problems list, and what can be done about them. */
export function registerProblems(softprompt: Softprompt): vscode.Disposable {
  const { labels, problems } = softprompt;
  return vscode.Disposable.from(
    vscode.languages.registerCodeActionsProvider(
      { scheme: 'file', pattern: DATASET_PATTERN },
      new ProblemActions(problems, softprompt.tasks, (file) => labels.reviews.problemsOf(file)),
      ProblemActions.metadata,
    ),
  );
}

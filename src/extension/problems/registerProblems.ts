import * as vscode from 'vscode';
import type { Place } from '../../protocol/errors';
import type { Softprompt } from '../context';
import { openPlace, showFailure } from '../failures';
import { DATASET_PATTERN } from '../files';
import { DatasetProblems } from './datasetProblems';
import { excludeRows, type RowsOfTask } from './excludeRows';
import { EXCLUDE_COMMAND, OPEN_COMMAND, ProblemActions } from './problemActions';

/** Problems of datasets in the Problems list, and what can be done about them. */
export function registerProblems(softprompt: Softprompt): vscode.Disposable {
  const problems = new DatasetProblems(softprompt);
  const command = <T>(name: string, run: (argument: T) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(name, (argument: T) =>
      run(argument).catch((error) => showFailure(softprompt, error, name)),
    );
  return vscode.Disposable.from(
    problems,
    vscode.languages.registerCodeActionsProvider(
      { scheme: 'file', pattern: DATASET_PATTERN },
      new ProblemActions(problems, softprompt.tasks),
      ProblemActions.metadata,
    ),
    command<RowsOfTask>(EXCLUDE_COMMAND, (wanted) => excludeRows(softprompt, wanted)),
    command<Place>(OPEN_COMMAND, openPlace),
  );
}

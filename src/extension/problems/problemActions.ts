import * as vscode from 'vscode';
import type { Problem } from '../../protocol/dataset';
import type { TaskIndex } from '../taskFile/taskIndex';
import type { DatasetProblems } from './datasetProblems';
import { problemFixes } from './problemFixes';

/** Quick fixes for the problems of a dataset's rows. */
export class ProblemActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(
    private readonly problems: Pick<DatasetProblems, 'of'>,
    private readonly tasks: TaskIndex,
    /** Other problems at rows of a file: suspicious labels. */
    private readonly others: (file: string) => readonly Problem[],
  ) {}

  async provideCodeActions(
    { uri: { fsPath: file }, isDirty }: vscode.TextDocument,
    { start, end }: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    // Problems are known by the lines of the saved file: in an edited one another row may stand there.
    if (!vscode.workspace.isTrusted || isDirty) return [];
    const { problems = [], excluded = [] } = this.problems.of(file) ?? {};
    const findings = { problems: [...problems, ...this.others(file)], excluded };
    const tasks = (await this.tasks.using(file)).map((task) => task.file);
    const lines = { first: start.line + 1, last: end.line + 1 };
    return problemFixes(file, findings, lines, tasks).map(({ title, kinds, target, preferred }) => {
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      const command = target.kind === 'rows' ? 'softprompt.excludeRows' : 'softprompt.openPlace';
      action.command = { title, command, arguments: [target] };
      action.diagnostics = diagnostics.filter(({ code }) => kinds.includes(`${code}`));
      action.isPreferred = preferred;
      return action;
    });
  }
}

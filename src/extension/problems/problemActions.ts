import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Problem } from '../../protocol/dataset';
import type { Place } from '../../protocol/errors';
import type { TaskIndex } from '../taskFile/taskIndex';
import type { DatasetProblems } from './datasetProblems';
import type { RowsOfTask } from './excludeRows';

const EXCLUDE_COMMAND = 'softprompt.excludeRows';
const OPEN_COMMAND = 'softprompt.openPlace';

/** A place to be opened, as a command's argument. */
export interface PlaceTarget extends Place {
  kind: 'link';
}

/** Kinds of problems that no row is to blame for. */
const NO_ROWS_FAULT = new Set(['bad-row', 'rare-class', 'similar-labels', 'column-name']);
/** A class that a task does not know: mended in its label words. */
const WORDS_FAULT = new Set(['unknown-label', 'label-without-word']);

/** What can be done about a problem of a dataset's row, without a change to the dataset. */
export class ProblemActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(
    private readonly problems: DatasetProblems,
    private readonly tasks: TaskIndex,
    /** Other problems at rows of a file: suspicious labels. */
    private readonly others: (file: string) => readonly Problem[] = () => [],
  ) {}

  async provideCodeActions(
    { uri: { fsPath: file } }: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    if (!vscode.workspace.isTrusted) return [];
    const found = this.problems.of(file);
    const all = [...found.problems, ...this.others(file)];
    const touched = ({ line }: { line?: number }): boolean =>
      line !== undefined && range.start.line <= line - 1 && line - 1 <= range.end.line;
    const here = all.filter(({ place }) => touched(place));
    const faded = found.excluded.filter(touched);
    if (here.length === 0 && faded.length === 0) return [];

    const using = (await this.tasks.using(file)).map((task) => task.file);
    const own = (kinds: readonly string[]): vscode.Diagnostic[] =>
      context.diagnostics.filter(({ code }) => kinds.includes(`${code}`));
    const actions: vscode.CodeAction[] = [];
    const add = (
      title: string,
      command: string,
      argument: Omit<RowsOfTask, 'kind'> | PlaceTarget,
      kinds: readonly string[],
    ): vscode.CodeAction => {
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.command = { title, command, arguments: [{ kind: 'rows', ...argument }] };
      action.diagnostics = own(kinds);
      actions.push(action);
      return action;
    };

    const atFault = here.filter(({ kind, place }) => place.row !== undefined && !NO_ROWS_FAULT.has(kind));
    const [first] = atFault;
    if (first) {
      const kinds = atFault.map(({ kind }) => kind);
      for (const taskFile of using) {
        const title = vscode.l10n.t('Exclude this row in {0}', basename(taskFile));
        const rows = [...new Set(atFault.map(({ place }) => place.row!))];
        add(title, EXCLUDE_COMMAND, { taskFile, file, rows }, kinds).isPreferred = using.length === 1;
      }
    }
    for (const { related } of here) {
      if (!related?.file) continue;
      const title = WORDS_FAULT.has(here[0]!.kind)
        ? vscode.l10n.t('Open the task file at its label words')
        : vscode.l10n.t('Open the other place ({0}:{1})', basename(related.file), `${related.line ?? 1}`);
      add(title, OPEN_COMMAND, { ...related, kind: 'link' }, [
        here.find((problem) => problem.related === related)!.kind,
      ]);
    }
    for (const kind of new Set(atFault.map((problem) => problem.kind))) {
      const same = all.filter((problem) => problem.kind === kind && problem.place.row !== undefined);
      const rows = [...new Set(same.map(({ place }) => place.row!))];
      if (rows.length < 2) continue;
      for (const taskFile of using) {
        const title = vscode.l10n.t(
          'Exclude all {0} rows of this kind ({1}) in {2}',
          `${rows.length}`,
          kind,
          basename(taskFile),
        );
        add(title, EXCLUDE_COMMAND, { taskFile, file, rows }, [kind]);
      }
    }
    if (faded.length > 0) {
      for (const taskFile of using) {
        const title = vscode.l10n.t('Use this row again in {0}', basename(taskFile));
        add(title, EXCLUDE_COMMAND, { taskFile, file, rows: faded.map(({ row }) => row), include: true }, [
          'excluded',
        ]);
      }
    }
    return actions;
  }
}

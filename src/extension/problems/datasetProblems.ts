import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Problem } from '../../protocol/dataset';
import { reportError, SoftpromptError } from '../../protocol/errors';
import type { TaskCheck } from '../../protocol/requests';
import { writtenElsewhere } from '../dataset/datasetDocument';
import { SEVERITY } from '../diagnostic';
import { isDatasetFile, isTaskFile } from '../files';
import { atLine } from '../lineAddress';
import type { Services } from '../services';
import { isParquet, isTable } from '../table/openTable';
import { datasetsInSight } from './datasetsInSight';
import { type DatasetFindings, mergeProblems } from './mergeProblems';
import type { TaskChecks } from './taskChecks';

/** Typing pauses this long before anything is looked at again. */
const QUIET_MILLISECONDS = 400;

/** Nothing found. */
const NOTHING: DatasetFindings = { problems: [], excluded: [] };

/**
 * What deserves a look in datasets, at their own lines in the Problems list: of those that are open, and of those whose task is.
 * Rows that their tasks leave out are shown faded.
 */
export class DatasetProblems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('softprompt-data');
  readonly #findings = new Map<string, DatasetFindings>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #subscriptions: vscode.Disposable[];
  #waiting: NodeJS.Timeout | undefined;
  #round = 0;
  /** A dataset was looked at again. */
  readonly onChanged = this.#changed.event;

  constructor(
    private readonly softprompt: Pick<Services, 'datasets' | 'tasks' | 'log'> & {
      readonly checks: TaskChecks;
    },
  ) {
    const soon = ({ uri }: vscode.TextDocument): void => {
      if (isTaskFile(uri.fsPath) || isDatasetFile(uri.fsPath)) this.#soon();
    };
    this.#subscriptions = [
      softprompt.tasks.onChanged(() => this.#soon()),
      vscode.workspace.onDidOpenTextDocument(soon),
      vscode.workspace.onDidCloseTextDocument(soon),
      vscode.workspace.onDidSaveTextDocument(soon),
      vscode.workspace.onDidChangeTextDocument((change) => {
        if (isTaskFile(change.document.uri.fsPath) || writtenElsewhere(change)) this.#soon();
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
        if ([...opened, ...closed].some(({ input }) => isTable(input))) this.#soon();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#soon()),
      softprompt.checks.onForgotten(() => this.#soon()),
    ];
    this.#soon();
  }

  /** What was last found in a dataset; undefined where nobody has looked yet. */
  of(file: string): DatasetFindings | undefined {
    return this.#findings.get(file);
  }

  dispose(): void {
    clearTimeout(this.#waiting);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
    this.#changed.dispose();
  }

  #soon(): void {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => void this.#refresh(), QUIET_MILLISECONDS);
  }

  async #refresh(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const round = ++this.#round;
    const files = await datasetsInSight();
    if (round !== this.#round) return;
    for (const file of this.#findings.keys()) {
      if (files.has(file)) continue;
      this.#findings.delete(file);
      this.#collection.delete(vscode.Uri.file(file));
    }
    for (const file of files) {
      const found = await this.#find(file);
      if (round !== this.#round) return;
      this.#findings.set(file, found);
      this.#collection.set(vscode.Uri.file(file), diagnosticsOf(file, found));
      this.#changed.fire(file);
    }
  }

  async #find(file: string): Promise<DatasetFindings> {
    const { datasets, tasks, checks, log } = this.softprompt;
    const quietly = (error: unknown): void => log.warn(`${file}: ${reportError(error).message}`);
    const using = await tasks.using(file);
    const answers = await Promise.all(using.map((task) => checks.of(task.file).catch(quietly)));
    const told = answers.filter((answer): answer is TaskCheck => answer !== undefined);
    try {
      const { problems, suggested } = await datasets.of(file);
      return mergeProblems(file, { problems, target: suggested?.target }, told);
    } catch (error) {
      quietly(error);
      // That the host was lost is nothing about the file, which is looked at again when the host is back.
      if (error instanceof SoftpromptError && error.code === 'internal')
        return this.#findings.get(file) ?? NOTHING;
      // The task that names it says so.
      if (isMissing(error)) return NOTHING;
      // A .json file that holds no rows is nobody's dataset, as long as no task names it.
      if (/\.json$/i.test(file) && using.length === 0) return NOTHING;
      return { problems: [unreadable(file, error)], excluded: [] };
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unreadable(file: string, error: unknown): Problem {
  const { code, message, place, hint } = reportError(error);
  return { severity: 'error', kind: code, message, place: { file, line: place?.line }, hint };
}

/** Problems at their lines, and rows left out faded. */
export function diagnosticsOf(file: string, { problems, excluded }: DatasetFindings): vscode.Diagnostic[] {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === file);
  const shown = problems.map((problem) => {
    const message = [problem.message, problem.hint].filter(Boolean).join('\n');
    const found = diagnosticAt(problem.place.line, document, message, SEVERITY[problem.severity]);
    found.code = problem.kind;
    found.relatedInformation = [
      // Parquet has no lines to turn to: the row is opened in the table.
      ...(isParquet(file) && problem.place.row !== undefined
        ? [link(problem.place, vscode.l10n.t('Row {0} in the table', `${problem.place.row}`))]
        : []),
      ...(problem.related?.file ? [linkTo(problem.related)] : []),
    ];
    return found;
  });
  const faded = excluded.map(({ line }) => {
    const message = vscode.l10n.t('This row is left out by the task.');
    const found = diagnosticAt(line, document, message, vscode.DiagnosticSeverity.Hint);
    found.code = 'excluded';
    found.tags = [vscode.DiagnosticTag.Unnecessary];
    return found;
  });
  return [...shown, ...faded];
}

function diagnosticAt(
  line: number | undefined,
  document: vscode.TextDocument | undefined,
  message: string,
  severity: vscode.DiagnosticSeverity,
): vscode.Diagnostic {
  const at = Math.max(0, (line ?? 1) - 1);
  const range =
    document && at < document.lineCount
      ? document.lineAt(at).range
      : new vscode.Range(at, 0, at, Number.MAX_SAFE_INTEGER);
  const found = new vscode.Diagnostic(range, message, severity);
  found.source = 'softprompt';
  return found;
}

function linkTo(place: Problem['place']): vscode.DiagnosticRelatedInformation {
  const name = basename(place.file!);
  return link(
    place,
    isParquet(place.file!)
      ? vscode.l10n.t('The other place: {0}, row {1}', name, `${place.row ?? 1}`)
      : vscode.l10n.t('The other place: {0}, line {1}', name, `${place.line ?? 1}`),
  );
}

function link({ file, line = 1, row }: Problem['place'], text: string): vscode.DiagnosticRelatedInformation {
  const uri = vscode.Uri.file(file!);
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  const location = new vscode.Location(isParquet(file!) ? atLine(uri, row ?? line) : uri, at);
  return new vscode.DiagnosticRelatedInformation(location, text);
}

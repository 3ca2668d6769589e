import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import type { Softprompt } from '../context';
import { isDatasetFile } from '../files';
import { iconText } from '../iconText';
import { damagedTitle, damagedTooltip } from './damagedAnswers';
import { holdsRows } from './datasetDocument';
import { classCounts, datasetTitle, evaluateTitle, evaluateTooltip, problemCounts } from './datasetTitle';
import { runsFor } from './evaluateDataset';

const TOP = new vscode.Range(0, 0, 0, 0);

/** VS Code's command that shows the list of problems. */
const PROBLEMS = 'workbench.actions.view.problems';

const REDRAW_MILLISECONDS = 200;

type Context = Pick<Softprompt, 'datasets' | 'problems' | 'tasks' | 'runs' | 'predictions' | 'log'>;

/**
 * Above a dataset’s first line: what can be done with it, and what is in it. The file itself is never changed.
 */
export class DatasetLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: { dispose(): void }[];
  #runs = '';
  #redraw: NodeJS.Timeout | undefined;
  /** How many problems its lens counts, by file. */
  readonly #counted = new Map<string, string>();
  /** Files that nothing could be said of, as the host was lost. */
  readonly #failed = new Set<string>();
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(private readonly softprompt: Context) {
    const { problems, tasks, runs, predictions } = softprompt;
    const changed = (): void => this.#soon();
    this.#subscriptions = [
      tasks.onChanged(changed),
      predictions.onChanged(changed),
      problems.onChanged((file) => this.#lookAtProblems(file)),
      runs.onChanged(() => void this.#lookAtRuns()),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      vscode.workspace.onDidSaveTextDocument((document) => isDatasetFile(document.uri.fsPath) && changed()),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const file = document.uri.fsPath;
    if (!holdsRows(document)) return [];
    try {
      const found = await this.softprompt.datasets.of(file);
      // What the Problems list says, once it does: it knows the tasks too.
      const summary = { ...found, problems: this.softprompt.problems.of(file)?.problems ?? found.problems };
      this.#counted.set(file, `${problemCounts(summary.problems)}`);
      this.#failed.delete(file);
      const lenses = await this.#actions(document.uri);
      const problems = summary.problems.length ? PROBLEMS : '';
      return [...lenses, lens(datasetTitle(summary), problems, [], classCounts(summary))];
    } catch (error) {
      const { code, message, hint } = reportError(error);
      this.softprompt.log.warn(`${file}: ${message}`);
      if (code === 'internal') this.#failed.add(file);
      // JSON that is not rows is none of our business.
      return code === 'data-invalid' && !/\.json$/i.test(file)
        ? [lens(iconText('error', message), PROBLEMS, [], hint)]
        : [];
    }
  }

  dispose(): void {
    clearTimeout(this.#redraw);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  /** These come first: beside the panel the editor is narrow, and the end of the line is cut. */
  async #actions(uri: vscode.Uri): Promise<vscode.CodeLens[]> {
    const file = uri.fsPath;
    const { tasks, predictions } = this.softprompt;
    const known = await tasks.using(file);
    const tune =
      known.length === 1 ? vscode.l10n.t('Tune “{0}”', known[0]!.name) : vscode.l10n.t('Tune a prompt');
    const found = predictions.of(file);
    const lenses = [
      lens(iconText('target', tune), 'softprompt.tune', [uri]),
      lens(iconText('eye', vscode.l10n.t('Preview prompt')), 'softprompt.previewPrompt', [uri]),
    ];
    if (found || (await runsFor(this.softprompt, file)).runs.length > 0) {
      const title = iconText('beaker', evaluateTitle(found));
      lenses.push(lens(title, 'softprompt.evaluateDataset', [uri], evaluateTooltip(found)));
    }
    const damaged = predictions.damagedOf(file);
    if (damaged.length > 0) {
      const title = iconText('warning', damagedTitle(found));
      lenses.push(lens(title, 'softprompt.evaluateDataset', [uri], damagedTooltip(damaged)));
    }
    if (found?.rows.some(({ correct }) => !correct)) {
      lenses.push(
        lens(iconText('arrow-down', vscode.l10n.t('Next mistake')), 'softprompt.nextMistake', [uri]),
      );
    }
    return lenses;
  }

  /** A lens that is drawn anew takes no click just then: not where it would say the same. */
  #lookAtProblems(file: string): void {
    const counted = this.#counted.get(file);
    const { problems } = this.softprompt.problems.of(file) ?? {};
    if (this.#failed.has(file)) this.#soon();
    if (counted !== undefined && problems && counted !== `${problemCounts(problems)}`) this.#soon();
  }

  /** Several things change at once when a file is opened; a lens that is drawn anew takes no click. */
  #soon(): void {
    this.#redraw ??= setTimeout(() => {
      this.#redraw = undefined;
      this.#changed.fire();
    }, REDRAW_MILLISECONDS);
  }

  /** Only what comes and ends matters here, not the steps between. */
  async #lookAtRuns(): Promise<void> {
    const runs = (await this.softprompt.runs.all())
      .map(({ folder, state }) => `${folder} ${state}`)
      .join('\n');
    if (runs === this.#runs) return;
    this.#runs = runs;
    this.#soon();
  }
}

function lens(title: string, command: string, args: unknown[], tooltip?: string): vscode.CodeLens {
  return new vscode.CodeLens(TOP, { title, command, arguments: args, tooltip });
}

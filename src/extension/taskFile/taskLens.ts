import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import { TASK_PATTERN } from '../files';
import { iconText } from '../iconText';
import { isLive } from '../runs/liveSummary';
import type { RunStore } from '../runs/runStore';
import { percent } from '../wording';

const TOP = new vscode.Range(0, 0, 0, 0);

/** Above a task file's first line: what can be done with it, and how its newest run did. */
export class TaskLens implements vscode.CodeLensProvider, vscode.Disposable {
  static readonly selector: vscode.DocumentSelector = { scheme: 'file', pattern: TASK_PATTERN };

  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #shown = '';
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(private readonly runs: RunStore) {
    this.#subscriptions = [
      runs.onChanged(() => {
        const { folder, state } = runs.live ?? {};
        if (this.#shown === `${folder} ${state}`) return; // a step changes nothing here
        this.#shown = `${folder} ${state}`;
        this.#changed.fire();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!vscode.workspace.isTrusted) return [];
    const { t } = vscode.l10n;
    const lens = (title: string, command: string, argument: unknown = document.uri): vscode.CodeLens =>
      new vscode.CodeLens(TOP, { title, command: `softprompt.${command}`, arguments: [argument] });
    const own = (await this.runs.all()).filter((run) => run.taskFile === document.uri.fsPath);
    const live = own.find(isLive);
    const lenses = live
      ? [
          live.state === 'paused'
            ? lens(iconText('debug-continue', t('Resume')), 'resume', live.folder)
            : lens(iconText('debug-pause', t('Pause')), 'pause', live.folder),
          lens(iconText('debug-stop', t('Cancel')), 'cancel', live.folder),
        ]
      : [lens(iconText('target', t('Tune')), 'tune')];
    if (own.some((run) => !isLive(run))) lenses.push(lens(iconText('beaker', t('Evaluate')), 'evaluate'));
    if (own.length) lenses.push(lens(iconText('graph', t('Open Panel')), 'openPanel'));
    lenses.push(lens(iconText('eye', t('Preview Prompt')), 'previewPrompt'));
    lenses.push(lens(iconText('list-selection', t('Open as Form')), 'openAsForm'));
    const tested = newestTested(own);
    if (tested) lenses.push(lens(resultTitle(tested), 'openPanel', tested.folder));
    return lenses;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

/** The newest run that was tested. */
function newestTested(runs: readonly RunSummary[]): RunSummary | undefined {
  return runs
    .filter((run) => !isLive(run) && run.scoreOn === 'test')
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
}

/** `91.4 % vs 72.0 %`: the tuned prompt and the best hard prompt, with a tick where it is better. */
function resultTitle({ score = 0, baseline }: RunSummary): string {
  if (baseline === undefined) return percent(score);
  const icon = score > baseline ? 'pass' : 'warning';
  return iconText(icon, vscode.l10n.t('{0} vs {1}', percent(score), percent(baseline)));
}

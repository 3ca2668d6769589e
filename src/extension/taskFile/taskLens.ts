import * as vscode from 'vscode';
import { TASK_PATTERN } from '../files';
import { isLive } from '../runs/liveSummary';
import type { RunStore } from '../runs/runStore';

const TOP = new vscode.Range(0, 0, 0, 0);

/** Above a task file's first line: Tune, Evaluate, Open Panel, Preview Prompt; while a run lives, Pause and Cancel. */
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
    const lens = (title: string, command: string, argument: unknown = document.uri): vscode.CodeLens =>
      new vscode.CodeLens(TOP, { title, command: `softprompt.${command}`, arguments: [argument] });
    const own = (await this.runs.all()).filter((run) => run.taskFile === document.uri.fsPath);
    const live = own.find(isLive);
    const lenses = live
      ? [
          live.state === 'paused'
            ? lens('$(debug-continue) Resume', 'resume', live.folder)
            : lens('$(debug-pause) Pause', 'pause', live.folder),
          lens('$(debug-stop) Cancel', 'cancel', live.folder),
        ]
      : [lens('$(target) Tune', 'tune')];
    if (own.some((run) => !isLive(run))) lenses.push(lens('$(beaker) Evaluate', 'evaluate'));
    if (own.length) lenses.push(lens('$(graph) Open Panel', 'openPanel'));
    lenses.push(lens('$(eye) Preview Prompt', 'previewPrompt'));
    return lenses;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

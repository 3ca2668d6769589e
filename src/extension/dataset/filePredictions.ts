import * as vscode from 'vscode';
import type { DamagedAnswers, DatasetPredictions } from '../../protocol/dataset';
import { reportError } from '../../protocol/errors';
import type { HostClient } from '../host/hostClient';
import { isLive } from '../runs/liveSummary';
import type { RunStore } from '../runs/runStore';
import { holdsRows, writtenElsewhere } from './datasetDocument';

/** Saves and ends of runs often come in twos and threes. */
const QUIET_MILLISECONDS = 300;

/** What runs answered to the rows of the datasets in view: asked of the host, again when a file or a run has changed. */
export class FilePredictions implements vscode.Disposable {
  readonly #found = new Map<string, DatasetPredictions>();
  readonly #damaged = new Map<string, readonly DamagedAnswers[]>();
  readonly #asked = new Set<string>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #subscriptions: { dispose(): void }[];
  #soon: NodeJS.Timeout | undefined;

  /** With the file whose predictions are other ones now. */
  readonly onChanged = this.#changed.event;

  constructor(
    private readonly host: HostClient,
    private readonly runs: RunStore,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors(() => this.#loadVisible(false)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#loadVisible(false)),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (holdsRows(document)) void this.load(document.uri.fsPath);
      }),
      vscode.workspace.onDidChangeTextDocument((change) => {
        if (writtenElsewhere(change) && holdsRows(change.document)) {
          void this.load(change.document.uri.fsPath);
        }
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri.fsPath)),
      // While a run trains it changes several times a second, and answers nothing.
      runs.onChanged(() => !runs.live && this.#loadVisibleSoon()),
    ];
    this.#loadVisibleSoon();
  }

  /** As far as they are known already. */
  of(file: string): DatasetPredictions | undefined {
    return this.#found.get(file);
  }

  /** Answers that would be shown before those, or in their place, but cannot be read any more. */
  damagedOf(file: string): readonly DamagedAnswers[] {
    return this.#damaged.get(file) ?? [];
  }

  /** Asks the host; never throws, as nobody waits for it. */
  async load(file: string): Promise<DatasetPredictions | undefined> {
    this.#asked.add(file);
    try {
      const ended = (await this.runs.all()).filter((run) => !isLive(run));
      const newestFirst = ended.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
      const before = this.#found.has(file) || this.#damaged.has(file);
      const { found, damaged } =
        ended.length === 0
          ? { found: null, damaged: [] }
          : await this.host.request('dataset/predictions', {
              file,
              runs: newestFirst.map(({ folder }) => folder),
            });
      if (found) this.#found.set(file, found);
      else this.#found.delete(file);
      if (damaged.length > 0) this.#damaged.set(file, damaged);
      else this.#damaged.delete(file);
      if (found || damaged.length > 0 || before) this.#changed.fire(file);
    } catch (error) {
      this.log.warn(`Predictions of ${file}: ${reportError(error).message}`);
      this.#damaged.delete(file);
      if (this.#found.delete(file)) this.#changed.fire(file);
    }
    return this.#found.get(file);
  }

  dispose(): void {
    clearTimeout(this.#soon);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #loadVisibleSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#loadVisible(true), QUIET_MILLISECONDS);
  }

  #loadVisible(again: boolean): void {
    for (const { document } of vscode.window.visibleTextEditors) {
      const file = document.uri.fsPath;
      if (holdsRows(document) && (again || !this.#asked.has(file))) void this.load(file);
    }
  }

  #forget(file: string): void {
    this.#asked.delete(file);
    this.#found.delete(file);
    this.#damaged.delete(file);
  }
}

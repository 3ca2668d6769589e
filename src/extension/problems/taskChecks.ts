import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { TaskCheck } from '../../protocol/requests';
import type { HostClient } from '../host/hostClient';
import type { ModelsView } from '../sidebar/modelsView';
import { taskEntry } from '../taskFile/taskEntry';

/**
 * What the host says of task files and their rows, each asked once for the same text and data, until a model comes or goes or the
 * host is back after it was lost.
 */
export class TaskChecks implements vscode.Disposable {
  readonly #checks = new Map<string, { version: string; check: Promise<TaskCheck> }>();

  readonly #forgotten = new vscode.EventEmitter<void>();
  readonly #subscriptions: { dispose(): void }[];
  /** The host went away, and with it the answers to what it was asked. */
  #lost = false;

  /** Whoever shows checks asks for them again. */
  readonly onForgotten = this.#forgotten.event;

  constructor(
    private readonly host: HostClient,
    models: Pick<ModelsView, 'onRefreshed'>,
  ) {
    this.#subscriptions = [
      models.onRefreshed(() => this.#forget()),
      host.onState((state) => {
        if (state === 'lost' || state === 'stopped') this.#lost = true;
        if (state === 'ready' && this.#lost) this.#forget();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#forgotten.dispose();
  }

  /** Of the text in the editor where the file is open, else of the file. */
  async of(file: string): Promise<TaskCheck> {
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === file);
    const text = open?.getText() ?? (await readFile(file, 'utf8'));
    const { data } = taskEntry(file, text);
    const version = [text, ...(await Promise.all(data.map(versionOf)))].join('\n');
    const kept = this.#checks.get(file);
    if (kept?.version === version) return kept.check;
    const check = this.host.request('task/check', { file, text });
    this.#checks.set(file, { version, check });
    check.catch(() => {
      if (this.#checks.get(file)?.check === check) this.#checks.delete(file);
    });
    return check;
  }

  #forget(): void {
    this.#lost = false;
    this.#checks.clear();
    this.#forgotten.fire();
  }
}

async function versionOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => null);
  return found ? `${found.mtimeMs} ${found.size}` : '-';
}

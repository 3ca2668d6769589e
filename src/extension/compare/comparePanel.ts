import { join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { FromCompare, ToCompare } from '../../protocol/compare';
import { MOST_COMPARED } from '../../protocol/compare';
import { reportError, SoftpromptError } from '../../protocol/errors';
import type { RunEvent } from '../../protocol/runs';
import { openPlace, showFailure } from '../failures';
import { fillWebview } from '../page/fillWebview';
import type { RunPanel } from '../panel/panel';
import { RunFeed } from '../panel/runFeed';
import { saveExport } from '../panel/saveExport';
import type { Services } from '../services';
import { compareStateSchema, fromCompareSchema } from './compareMessages';

export const COMPARE_TYPE = 'softprompt.compare';

/** Events are handed to the page in bundles this far apart. */
const FLUSH_MILLISECONDS = 100;

/** A run of the comparison: what was read of it, and what it told since. */
interface Followed {
  feed: RunFeed;
  bundle: RunEvent[];
}

/** The panel that compares runs: one a window. The page compares, this side reads runs and follows live ones. */
export class ComparePanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  #panel: vscode.WebviewPanel | null = null;
  #folders: readonly string[] = [];
  readonly #followed = new Map<string, Followed>();
  #flush: NodeJS.Timeout | undefined;
  readonly #subscriptions: { dispose(): void }[];

  constructor(
    private readonly softprompt: Pick<Services, 'extension' | 'host' | 'runs' | 'log'> & {
      readonly panel: RunPanel;
    },
  ) {
    const { host, runs } = softprompt;
    this.#subscriptions = [
      host.on('run/event', ({ folder, event }) => this.#hear(folder, event)),
      host.on('run/predictions', ({ folder, split, predictions }) => {
        if (split === 'test' && this.#followed.has(folder))
          this.#post({ type: 'predictions', folder, predictions });
      }),
      host.onState((state) => {
        this.#post({ type: 'connection', state: state === 'stopped' ? 'ready' : state });
        if (state === 'ready') void this.#readAll();
      }),
      runs.onChanged(() => void this.#runsChanged()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.#readAll()),
    ];
  }

  /** Opens the panel with these runs, or turns it to them. */
  async open(folders: readonly string[]): Promise<void> {
    if (folders.length > MOST_COMPARED) {
      throw new SoftpromptError(
        'run-invalid',
        vscode.l10n.t('At most {0} runs can be compared at once.', MOST_COMPARED),
      );
    }
    if (!this.#panel) await closeDeadTabs();
    if (this.#panel) this.#panel.reveal();
    else {
      this.#adopt(
        vscode.window.createWebviewPanel(
          COMPARE_TYPE,
          vscode.l10n.t('Compare Runs'),
          vscode.ViewColumn.Active,
        ),
      );
    }
    await this.#choose(folders);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    if (this.#panel) {
      panel.dispose(); // it took so long that another was opened in its place
      return;
    }
    this.#adopt(panel);
    await this.#choose(compareStateSchema.parse(state).folders ?? []);
  }

  dispose(): void {
    clearTimeout(this.#flush);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    const { extension, log } = this.softprompt;
    this.#panel = panel;
    panel.iconPath = vscode.Uri.joinPath(extension.extensionUri, 'media', 'icon.png');
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = null;
      this.#folders = [];
      this.#followed.clear();
    });
    panel.webview.onDidReceiveMessage((raw: unknown) => {
      const message = fromCompareSchema.safeParse(raw);
      if (!message.success) log.warn(`Message of the comparison: ${z.prettifyError(message.error)}`);
      else this.#answer(message.data).catch((error) => showFailure({ log }, error, message.data.type));
    });
    fillWebview(panel.webview, extension.extensionUri, 'compare');
  }

  async #choose(folders: readonly string[]): Promise<void> {
    const before = new Set(this.#followed.keys());
    this.#folders = [...new Set(folders)];
    for (const folder of before) if (!this.#folders.includes(folder)) this.#followed.delete(folder);
    this.#post({ type: 'chosen', folders: [...this.#folders] });
    await Promise.all(this.#folders.filter((folder) => !before.has(folder)).map((one) => this.#read(one)));
  }

  async #readAll(): Promise<void> {
    await Promise.all(this.#folders.map((folder) => this.#read(folder)));
  }

  async #read(folder: string): Promise<void> {
    if (!this.#panel || !vscode.workspace.isTrusted) return;
    const followed: Followed = { feed: new RunFeed(), bundle: [] };
    this.#followed.set(folder, followed);
    try {
      const detail = await this.softprompt.host.request('runs/read', { folder });
      if (this.#followed.get(folder) === followed)
        this.#post({ type: 'run', detail: followed.feed.open(detail) });
    } catch (error) {
      const report = reportError(error);
      this.softprompt.log.error(`Run ${folder}: ${report.message}`);
      const known = (await this.softprompt.runs.all()).some((run) => run.folder === folder);
      if (this.#followed.get(folder) === followed)
        this.#post({ type: 'unreadable', folder, error: known ? report : gone() });
    }
  }

  #hear(folder: string, event: RunEvent): void {
    const followed = this.#followed.get(folder);
    if (!followed) return;
    followed.bundle.push(...followed.feed.take([event]));
    if (event.type === 'state') void this.#read(folder); // the record has changed too
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      for (const [one, { bundle }] of this.#followed) {
        if (bundle.length > 0) this.#post({ type: 'events', folder: one, events: bundle.splice(0) });
      }
    }, FLUSH_MILLISECONDS);
  }

  /** A run that was deleted is said to be gone; one that is known again is read. */
  async #runsChanged(): Promise<void> {
    if (!this.#panel) return;
    const runs = await this.softprompt.runs.all();
    this.#post({ type: 'runs', runs });
    const known = new Set(runs.map(({ folder }) => folder));
    for (const folder of this.#folders) {
      if (known.has(folder) === this.#followed.has(folder)) continue;
      if (known.has(folder)) await this.#read(folder);
      else {
        this.#followed.delete(folder);
        this.#post({ type: 'unreadable', folder, error: gone() });
      }
    }
  }

  #post(message: ToCompare): void {
    void this.#panel?.webview.postMessage(message);
  }

  async #answer(message: FromCompare): Promise<void> {
    switch (message.type) {
      case 'ready': {
        this.#post({ type: 'runs', runs: await this.softprompt.runs.all() });
        this.#post({ type: 'chosen', folders: [...this.#folders] });
        return this.#readAll();
      }
      case 'choose':
        return this.#choose(message.folders);
      case 'openRow':
        return openPlace(message);
      case 'openRun':
        return this.softprompt.panel.open(message.folder);
      case 'evaluate':
        await vscode.commands.executeCommand('softprompt.evaluate', message.folder);
        return this.#read(message.folder);
      case 'export':
        // A run's folder is in .softprompt/runs/ of the folder that the user works in.
        return saveExport(message, join(this.#folders[0] ?? '', '..', '..', '..'));
    }
  }
}

function gone() {
  return reportError(
    new SoftpromptError('run-invalid', vscode.l10n.t('Its folder is not in the workspace any more.')),
  );
}

/** Tabs of an extension host that is gone, which nobody answers. */
async function closeDeadTabs(): Promise<void> {
  const dead = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(COMPARE_TYPE));
  if (dead.length > 0) await vscode.window.tabGroups.close(dead);
}

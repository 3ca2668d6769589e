import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { reportError } from '../../protocol/errors';
import type { FromPanel, ToPanel } from '../../protocol/panel';
import type { RunDetail, RunEvent } from '../../protocol/runs';
import { exists } from '../exists';
import { openPlace, showFailure } from '../failures';
import type { HostClient } from '../host/hostClient';
import { fillWebview } from '../page/fillWebview';
import { revealRun } from '../runs/revealRun';
import type { RunStore } from '../runs/runStore';
import { fromPanelSchema, panelStateSchema } from './panelMessages';
import { PlaygroundMemory } from './playgroundMemory';
import { RunFeed } from './runFeed';
import { saveExport } from './saveExport';
import { settingPlace } from './settingPlace';
import { Trials } from './trials';

export const PANEL_TYPE = 'softprompt.run';

/** The tabs that hold a panel of ours. */
export function panelTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(PANEL_TYPE));
}

/** Events are handed to the page in bundles this far apart. */
const FLUSH_MILLISECONDS = 100;

/** The panel of a run: one a window, showing one run at a time. The page draws, this side answers for the host. */
export class RunPanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  #panel: vscode.WebviewPanel | null = null;
  #folder: string | undefined;
  /** The shown run, once it was among the workspace's: if it is missing later, it was deleted. */
  #listed: string | undefined;
  #detail: RunDetail | undefined;
  #feed = new RunFeed();
  #bundle: RunEvent[] = [];
  /** The last that were told since the run was asked for, which may have been read before them. */
  #predictions: ToPanel | undefined;
  #flush: NodeJS.Timeout | undefined;
  /** The page listens. */
  #ready = false;
  /** A tab that the page is to turn to, once it listens. */
  #tab: string | undefined;
  readonly #trials: Trials;
  readonly #playgrounds: PlaygroundMemory;
  readonly #subscriptions: { dispose(): void }[];

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly host: HostClient,
    private readonly runs: RunStore,
    private readonly log: vscode.LogOutputChannel,
    memory: vscode.Memento,
  ) {
    this.#trials = new Trials(host, (message) => this.#post(message));
    this.#playgrounds = new PlaygroundMemory(memory);
    this.#subscriptions = [
      this.#trials,
      host.on('run/event', ({ folder, event }) => folder === this.#folder && this.#hear(event)),
      host.on('run/predictions', (told) => {
        if (told.folder !== this.#folder) return;
        this.#predictions = { type: 'predictions', ...told };
        this.#post(this.#predictions);
      }),
      host.onState((state) => {
        this.#post({ type: 'connection', state: state === 'stopped' ? 'lost' : state });
        if (state === 'ready') void this.#load();
      }),
      runs.onChanged(() => void this.#postRuns()),
    ];
  }

  /** Whether the user sees this run right now. */
  shows(folder: string): boolean {
    return this.#panel?.visible === true && this.#folder === folder;
  }

  get isOpen(): boolean {
    return this.#panel !== null;
  }

  /** Opens the panel, or turns it to another run; at a tab, where one is named. */
  async open(folder: string, tab?: string): Promise<void> {
    this.#tab = tab;
    if (!this.#panel) {
      // Tabs of an extension host that is gone, or that VS Code has not brought back yet: this panel is in their place.
      const abandoned = panelTabs();
      const { activeTextEditor, tabGroups } = vscode.window;
      // A form or a table stays in view as a text does.
      const custom = tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputCustom;
      const beside = activeTextEditor || custom ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
      this.#adopt(
        vscode.window.createWebviewPanel(PANEL_TYPE, 'Softprompt', {
          viewColumn: abandoned[0]?.group.viewColumn ?? beside,
          preserveFocus: true,
        }),
      );
      if (abandoned.length > 0) await vscode.window.tabGroups.close(abandoned, true);
    } else this.#panel.reveal(undefined, true);
    await this.#select(folder);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    if (this.#panel) {
      panel.dispose(); // it took so long that another was opened in its place
      return;
    }
    this.#adopt(panel);
    await this.#select(panelStateSchema.parse(state).folder);
  }

  dispose(): void {
    clearTimeout(this.#flush);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    this.#ready = false;
    const { webview } = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.png');
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = null;
      this.#folder = undefined;
      this.#detail = undefined;
      this.#trials.stop();
    });
    panel.onDidChangeViewState(() => {
      // A page that is covered is gone, with what is said to it; a new one says when it is ready.
      if (!panel.visible) this.#ready = false;
    });
    webview.onDidReceiveMessage((raw: unknown) => {
      const message = fromPanelSchema.safeParse(raw);
      if (!message.success) this.log.warn(`Message of the panel: ${z.prettifyError(message.error)}`);
      else
        this.#answer(message.data).catch((error) => showFailure({ log: this.log }, error, message.data.type));
    });
    fillWebview(webview, this.extensionUri, 'run');
  }

  async #select(folder: string | undefined): Promise<void> {
    if (folder !== undefined && folder !== this.#folder) {
      this.#trials.stop();
      this.#folder = folder;
      this.#detail = undefined;
    }
    await this.#load();
  }

  async #load(): Promise<void> {
    const folder = this.#folder;
    if (!this.#panel || !folder || !vscode.workspace.isTrusted) return;
    const feed = new RunFeed();
    this.#feed = feed;
    this.#bundle = [];
    this.#predictions = undefined;
    try {
      const detail = await this.host.request('runs/read', { folder });
      if (feed !== this.#feed || !this.#panel) return; // another run was chosen meanwhile, or none is shown
      this.#detail = feed.open(detail);
      this.#post({ type: 'run', detail: this.#detail });
      if (this.#predictions) this.#post(this.#predictions);
      this.#post({ type: 'playground', folder, playground: this.#playgrounds.of(folder) });
      this.#panel.title = vscode.l10n.t('Run: {0}', detail.record.task.name);
      if (this.#ready && this.#tab !== undefined) {
        this.#post({ type: 'show', tab: this.#tab });
        this.#tab = undefined;
      }
    } catch (error) {
      this.log.error(`Run ${folder}: ${reportError(error).message}`);
      if (feed === this.#feed) this.#post({ type: 'failure', error: reportError(error) });
    }
  }

  #hear(event: RunEvent): void {
    this.#bundle.push(...this.#feed.take([event]));
    if (event.type === 'state') void this.#load(); // the record has changed too
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      const events = this.#bundle;
      this.#bundle = [];
      if (events.length && this.#folder) this.#post({ type: 'events', folder: this.#folder, events });
    }, FLUSH_MILLISECONDS);
  }

  async #postRuns(): Promise<void> {
    if (!this.#panel) return;
    const runs = await this.runs.all();
    this.#post({ type: 'runs', runs });
    const folder = this.#folder;
    if (folder === undefined) return;
    if (runs.some((run) => run.folder === folder)) {
      this.#listed = folder;
      return;
    }
    // A list may be short of a run for a moment: only one whose record is gone was deleted.
    if (folder !== this.#listed || (await exists(join(folder, 'run.json')))) return;
    if (folder !== this.#folder) return; // another was chosen meanwhile
    this.#listed = undefined;
    const newest = await this.#newest();
    if (newest) await this.#select(newest);
    else this.#panel?.dispose();
  }

  async #newest(): Promise<string | undefined> {
    const runs = await this.runs.all();
    return runs.sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0]?.folder;
  }

  #post(message: ToPanel): void {
    void this.#panel?.webview.postMessage(message);
  }

  async #answer(message: FromPanel): Promise<void> {
    if (message.type === 'openLog') {
      this.log.show();
      return;
    }
    if (!vscode.workspace.isTrusted) return;
    if (message.type === 'ready') {
      this.#ready = true;
      this.#trials.stop(); // whoever asked is a page that is gone
      const state = this.host.state === 'stopped' ? 'ready' : this.host.state; // it is started when it is needed
      this.#post({ type: 'connection', state });
      await this.#postRuns();
      await this.#select(this.#folder ?? (await this.#newest()));
      return;
    }
    if (message.type === 'selectRun') {
      await this.#select(message.folder);
      return;
    }
    const folder = this.#folder;
    const task = this.#detail?.record.task;
    if (!folder) return;
    switch (message.type) {
      case 'pause':
      case 'resume':
      case 'cancel':
      case 'evaluate':
        await vscode.commands.executeCommand(`softprompt.${message.type}`, folder);
        return;
      case 'compare':
        await vscode.commands.executeCommand('softprompt.compareRuns', folder);
        return;
      case 'continue':
        await vscode.commands.executeCommand('softprompt.resume', folder);
        return;
      case 'tuneAgain':
        if (task) await vscode.commands.executeCommand('softprompt.tune', vscode.Uri.file(task.file));
        return;
      case 'openTask':
        return task && openSetting(task.file, message.setting);
      case 'openRow':
        return openPlace(message);
      case 'openRunFolder':
        return revealRun(folder, message.part);
      case 'try':
        return this.#trials.ask(folder, message);
      case 'stopTry':
        return this.#trials.stop();
      case 'pullModel':
        await vscode.commands.executeCommand('softprompt.pullModel');
        return;
      case 'takeRow':
        return this.#takeRow(folder, message.file, message.row);
      case 'keepPlayground':
        return this.#playgrounds.keep(message.folder, message.playground);
      case 'export':
        return saveExport(message, dirname(task?.data.train ?? task?.file ?? folder));
    }
  }

  async #takeRow(folder: string, file: string | undefined, row: number | undefined): Promise<void> {
    try {
      this.#post({ type: 'row', row: await this.host.request('predict/row', { folder, file, row }) });
    } catch (error) {
      this.#post({ type: 'row', error: reportError(error) });
    }
  }
}

async function openSetting(file: string, setting: string | undefined): Promise<void> {
  if (setting === undefined) return openPlace({ file });
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  await openPlace({ file, ...settingPlace(document.getText(), setting) });
}

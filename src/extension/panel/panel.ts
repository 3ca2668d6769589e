import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { reportError } from '../../protocol/errors';
import type { FromPanel, ToPanel } from '../../protocol/panel';
import type { RunDetail, RunEvent } from '../../protocol/runs';
import { openPlace, showFailure } from '../failures';
import type { HostClient } from '../host/hostClient';
import { fillWebview } from '../page/fillWebview';
import type { RunStore } from '../runs/runStore';
import { fromPanelSchema, panelStateSchema } from './panelMessages';
import { RunFeed } from './runFeed';
import { settingPlace } from './settingPlace';

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
  #detail: RunDetail | undefined;
  #feed = new RunFeed();
  #bundle: RunEvent[] = [];
  #flush: NodeJS.Timeout | undefined;
  readonly #subscriptions: { dispose(): void }[];

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly host: HostClient,
    private readonly runs: RunStore,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#subscriptions = [
      host.on('run/event', ({ folder, event }) => folder === this.#folder && this.#hear(event)),
      host.on('run/predictions', (told) => {
        if (told.folder === this.#folder) this.#post({ type: 'predictions', ...told });
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

  /** Opens the panel, or turns it to another run. */
  async open(folder: string): Promise<void> {
    if (!this.#panel) {
      // Tabs of an extension host that is gone, or that VS Code has not brought back yet: this panel is in their place.
      const abandoned = panelTabs();
      const beside = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
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
    this.#adopt(panel);
    await this.#select(panelStateSchema.parse(state).folder);
  }

  dispose(): void {
    clearTimeout(this.#flush);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    const { webview } = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.png');
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = null;
      this.#folder = undefined;
      this.#detail = undefined;
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
    this.#folder = folder ?? this.#folder;
    this.#detail = undefined;
    await this.#load();
  }

  async #load(): Promise<void> {
    const folder = this.#folder;
    if (!this.#panel || !folder || !vscode.workspace.isTrusted) return;
    const feed = new RunFeed();
    this.#feed = feed;
    this.#bundle = [];
    try {
      const detail = await this.host.request('runs/read', { folder });
      if (feed !== this.#feed) return; // another run was chosen meanwhile
      this.#detail = feed.open(detail);
      this.#post({ type: 'run', detail: this.#detail });
      this.#panel.title = `Run: ${detail.record.task.name}`;
    } catch (error) {
      this.log.error(`Run ${folder}: ${reportError(error).message}`);
      this.#post({ type: 'failure', error: reportError(error) });
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
    if (this.#panel) this.#post({ type: 'runs', runs: await this.runs.all() });
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
    if (message.type === 'ready') {
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
        await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(join(folder, 'run.json')));
        return;
      case 'try':
        return this.#try(folder, message.id, message.values);
      case 'export':
        return saveExport(message, dirname(task?.data.train ?? task?.file ?? folder));
    }
  }

  async #try(folder: string, id: number, values: Record<string, string>): Promise<void> {
    try {
      const tuned = await this.host.request('predict', { folder, values, prompt: { kind: 'tuned' } });
      const zeroShot = await this.host.request('predict', { folder, values, prompt: { kind: 'zero-shot' } });
      this.#post({ type: 'answer', id, answer: { tuned, zeroShot } });
    } catch (error) {
      this.#post({ type: 'answer', id, error: reportError(error) });
    }
  }
}

async function openSetting(file: string, setting: string | undefined): Promise<void> {
  if (setting === undefined) return openPlace({ file });
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  await openPlace({ file, ...settingPlace(document.getText(), setting) });
}

const FILE_TYPES: Record<string, string> = { csv: 'CSV', png: 'PNG' };

async function saveExport(file: Extract<FromPanel, { type: 'export' }>, folder: string): Promise<void> {
  const name = basename(file.name);
  const ending = name.split('.').at(-1) ?? '';
  const filters = FILE_TYPES[ending] && { [FILE_TYPES[ending]]: [ending] };
  const defaultUri = vscode.Uri.file(join(folder, name));
  const target = await vscode.window.showSaveDialog({ defaultUri, ...(filters && { filters }) });
  if (target) await vscode.workspace.fs.writeFile(target, Buffer.from(file.text, file.encoding ?? 'utf8'));
}

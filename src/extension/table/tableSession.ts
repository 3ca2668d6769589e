import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { reportError } from '../../protocol/errors';
import type { TableRow } from '../../protocol/table';
import type { FromTable, TableCommand, ToTable } from '../../protocol/tablePage';
import type { TableQuery } from '../../protocol/tableQuery';
import type { Softprompt } from '../context';
import { taskOfDataset } from '../dataset/taskOfDataset';
import { openPlace, showFailure } from '../failures';
import { MOST_BYTES_AS_A_WHOLE, taskName } from '../files';
import { atLine } from '../lineAddress';
import { fillWebview } from '../page/fillWebview';
import { isParquet, listenForWishes, takeWish } from './openTable';
import { fromTableSchema } from './tableMessages';

/** Between two questions how far reading has come. */
const POLL_MILLISECONDS = 250;
/** A file that is being written changes many times a second. */
const QUIET_MILLISECONDS = 300;

/** One table on the screen: answers its page for the host, and asks on while the file is being read. */
export class TableSession {
  readonly #viewer = randomUUID();
  readonly #file: string;
  readonly #subscriptions: vscode.Disposable[];
  #query: TableQuery = {};
  /** The columns' revision that the page has. */
  #known: number | undefined;
  #version: string | undefined;
  #bytes = 0;
  #ready = false;
  #asking = false;
  #timer: NodeJS.Timeout | undefined;
  #wanted: Extract<FromTable, { type: 'rows' }> | undefined;
  #fetching = false;
  #disposed = false;

  constructor(
    private readonly softprompt: Softprompt,
    private readonly uri: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
  ) {
    this.#file = uri.fsPath;
    const { host, predictions, log } = softprompt;
    const files = new vscode.RelativePattern(vscode.Uri.file(dirname(this.#file)), '*');
    const watcher = vscode.workspace.createFileSystemWatcher(files);
    const changed = (one: vscode.Uri): void => {
      if (one.fsPath === this.#file) this.#askSoon(QUIET_MILLISECONDS);
    };
    this.#subscriptions = [
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      panel.webview.onDidReceiveMessage((raw: unknown) => {
        const message = fromTableSchema.safeParse(raw);
        if (!message.success) log.warn(`Message of a table: ${z.prettifyError(message.error)}`);
        else this.#answer(message.data).catch((error) => showFailure(softprompt, error, message.data.type));
      }),
      panel.onDidChangeViewState(() => {
        // A page that is hidden is gone, with what is said to it; a new one says when it is ready.
        if (!panel.visible) this.#ready = false;
        else this.#askSoon(0);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#ready && this.#open()),
      // A host that was lost knows nothing of this table any more; the question opens it again.
      host.onState((state) => state === 'ready' && this.#askSoon(0)),
      predictions.onChanged((file) => file === this.#file && this.#postPredictions()),
      listenForWishes(uri, () => this.#followWish()),
    ];
    fillWebview(panel.webview, softprompt.extension.extensionUri, 'table');
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    // Also where the first answer is not there yet: the host reads on otherwise, to the end of the file.
    if (this.softprompt.host.state === 'ready' && (this.#asking || this.#version !== undefined)) {
      this.softprompt.host.request('table/close', { viewer: this.#viewer }).catch(() => {}); // it is gone anyway
    }
  }

  async #answer(message: FromTable): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#open();
        return;
      case 'query':
        this.#query = message.query;
        return this.#ask();
      case 'rows':
        this.#wanted = message;
        return this.#fetch();
      case 'row':
        return this.#showRow(message.row);
      case 'copy':
        return this.#copy(message.row, message.column);
      case 'command':
        return this.#run(message.name, message.line);
    }
  }

  /** Everything anew: the page has just been loaded, or may read now. */
  #open(): void {
    const trusted = vscode.workspace.isTrusted;
    this.#known = undefined;
    this.#post({ type: 'open', name: basename(this.#file), text: !isParquet(this.#file), trusted });
    if (!trusted) return;
    if (this.softprompt.predictions.of(this.#file)) this.#postPredictions();
    this.#followWish();
    void this.#ask();
  }

  /** Turns to the row that somebody wants to see, once there is a page to show it. */
  #followWish(): void {
    if (!this.#ready || !vscode.workspace.isTrusted) return;
    const row = takeWish(this.uri);
    if (row !== undefined) this.#post({ type: 'goTo', row });
  }

  #askSoon(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), milliseconds);
  }

  /** Tells the page how far reading is, and asks again until it is done. What is not seen is not asked for. */
  async #ask(): Promise<void> {
    if (!this.#ready || this.#disposed || !this.panel.visible || !vscode.workspace.isTrusted) return;
    clearTimeout(this.#timer);
    if (this.#asking) return this.#askSoon(POLL_MILLISECONDS);
    this.#asking = true;
    const query = this.#query;
    try {
      const state = await this.softprompt.host.request('table/state', {
        viewer: this.#viewer,
        file: this.#file,
        query,
        known: this.#known,
      });
      if (this.#disposed) return;
      const fresh = state.version !== this.#version;
      if (fresh && state.columns === undefined) {
        // Another table has happened to count as far as the one before.
        this.#known = undefined;
        this.#askSoon(0);
        return;
      }
      this.#known = state.revision;
      this.#version = state.version;
      this.#bytes = state.bytes;
      this.#post({ type: 'state', query, state });
      if (fresh) void this.#loadPredictions();
      if (!state.done || !state.found.done || query !== this.#query) this.#askSoon(POLL_MILLISECONDS);
    } catch (error) {
      const report = reportError(error);
      if (report.code !== 'cancelled') this.#post({ type: 'failure', error: report });
      this.#known = undefined;
      this.#version = undefined;
    } finally {
      this.#asking = false;
    }
  }

  /** Fetches the rows that were asked for last; what was asked for in between is out of view already. */
  async #fetch(): Promise<void> {
    if (this.#fetching || !vscode.workspace.isTrusted) return;
    this.#fetching = true;
    try {
      while (this.#wanted && !this.#disposed) {
        const { query, from, count } = this.#wanted;
        this.#wanted = undefined;
        const { rows, version } = await this.softprompt.host.request('table/rows', {
          viewer: this.#viewer,
          file: this.#file,
          query,
          from,
          count,
        });
        this.#post({ type: 'rows', query, version, from, rows });
      }
    } catch (error) {
      this.#post({ type: 'failure', error: reportError(error) });
    } finally {
      this.#fetching = false;
    }
  }

  async #copy(number: number, column: number): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const row = await this.#row(number);
    if (row) await vscode.env.clipboard.writeText(row.cells[column] ?? '');
  }

  async #showRow(number: number): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const { host } = this.softprompt;
    const row = await this.#row(number);
    this.#post({ type: 'row', number, row });
    if (!row || row.fault !== undefined || this.#bytes > MOST_BYTES_AS_A_WHOLE) return;
    const taskFile = await taskOfDataset(this.softprompt, this.#file);
    if (taskFile === undefined) return;
    const task = taskName(taskFile);
    try {
      const prompt = await host.request('dataset/preview', { taskFile, row: number, file: this.#file });
      this.#post({ type: 'prompt', number, task, prompt });
    } catch (error) {
      this.#post({ type: 'prompt', number, task, error: reportError(error) });
    }
  }

  #row(number: number): Promise<TableRow | null> {
    return this.softprompt.host.request('table/row', {
      viewer: this.#viewer,
      file: this.#file,
      row: number,
    });
  }

  async #loadPredictions(): Promise<void> {
    if (this.#bytes > MOST_BYTES_AS_A_WHOLE) return;
    await this.softprompt.predictions.load(this.#file); // says so itself when there are any
  }

  #postPredictions(): void {
    const found = this.softprompt.predictions.of(this.#file);
    this.#post({ type: 'predictions', task: found?.task, rows: found?.rows ?? [] });
  }

  async #run(name: TableCommand, line: number | undefined): Promise<void> {
    switch (name) {
      case 'tune':
      case 'previewPrompt': {
        const target = line === undefined ? this.uri : atLine(this.uri, line);
        await vscode.commands.executeCommand(`softprompt.${name}`, target);
        return;
      }
      case 'openAsText':
        if (line === undefined) await vscode.commands.executeCommand('softprompt.openTableAsText', this.uri);
        else await openPlace({ file: this.#file, line });
        return;
      case 'openLog':
        this.softprompt.log.show();
        return;
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        return;
      case 'retry':
        this.#open();
        return;
    }
  }

  #post(message: ToTable): void {
    if (!this.#disposed) void this.panel.webview.postMessage(message);
  }
}

import { dirname, relative, resolve, sep } from 'node:path';
import { parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { type ErrorReport, reportError } from '../../protocol/errors';
import {
  DATA_ROLES,
  type DataFacts,
  type DataRole,
  type FormCommand,
  type FromForm,
  type TaskChange,
  type ToForm,
} from '../../protocol/form';
import { changeText } from '../changeText';
import { findDatasets } from '../choose';
import type { Softprompt } from '../context';
import { showFailure } from '../failures';
import { taskName } from '../files';
import { listModels } from '../models/listModels';
import { nameInTask } from '../models/modelChoice';
import { downloadModel } from '../models/modelDownload';
import { fillWebview } from '../page/fillWebview';
import { isLive } from '../runs/liveSummary';
import { fromFormSchema } from './formMessages';
import { brokenAt, formProblems } from './formProblems';
import { openAsText } from './switchEditor';
import { changeTask } from './taskEdits';

/** Typing pauses this long before the host is asked about the task. */
const QUIET_MILLISECONDS = 300;

/** What is no name yet, while it is typed, is none. */
const dataName = z.catch(z.optional(z.string()), undefined);
const dataNames = z.catch(
  z.union([z.string(), z.object({ train: dataName, validation: dataName, test: dataName })]),
  {},
);

/** One form and its text: what is changed in the one is shown in the other. */
export class FormSession {
  readonly #subscriptions: vscode.Disposable[];
  readonly #file: string;
  readonly #folder: string;
  #quiet: NodeJS.Timeout | undefined;
  #writing: Promise<unknown> = Promise.resolve();
  #preview: AbortController | undefined;
  #row = 1;
  /** Number of the page's change that was written last. */
  #change = 0;
  #shownData = '';
  #shownRuns = '';

  constructor(
    private readonly softprompt: Softprompt,
    private readonly document: vscode.TextDocument,
    private readonly webview: vscode.Webview,
  ) {
    this.#file = document.uri.fsPath;
    this.#folder = dirname(this.#file);
    this.#subscriptions = [
      vscode.workspace.onDidChangeTextDocument((change) => {
        if (change.document === document && change.contentChanges.length > 0) this.#changed();
      }),
      vscode.workspace.onDidSaveTextDocument((saved) => saved !== document && this.#refresh()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#start()),
      // A model came or went, or the host is back after it was lost.
      softprompt.checks.onForgotten(() => {
        this.#refresh();
        this.#offer();
      }),
      softprompt.runs.onChanged(() => void this.#postRuns()),
      webview.onDidReceiveMessage((raw: unknown) => {
        const message = fromFormSchema.safeParse(raw);
        if (!message.success) softprompt.log.warn(`Message of the form: ${z.prettifyError(message.error)}`);
        else this.#answer(message.data).catch((error) => showFailure(softprompt, error, message.data.type));
      }),
    ];
    fillWebview(webview, softprompt.extension.extensionUri, 'form');
  }

  dispose(): void {
    clearTimeout(this.#quiet);
    this.#preview?.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #answer(message: FromForm): Promise<unknown> {
    switch (message.type) {
      case 'ready':
        this.#change = 0; // a new page
        return this.#start();
      case 'change':
        this.#writing = this.#writing
          .catch(() => {}) // said already; it keeps nothing else from being written
          .then(() => this.#write(message.changes))
          .finally(() => {
            this.#change = message.number;
            this.#postTask();
          });
        return this.#writing;
      case 'browse':
        return this.#browse(message.role);
      case 'preview':
        this.#row = message.row;
        return this.#postPreview();
      case 'command':
        await this.#writing.catch(() => {}); // what was typed last belongs to it; that it failed is said already
        return this.#run(message.name);
      case 'openText':
        return openAsText(this.document.uri, message);
    }
  }

  #start(): void {
    this.#post({ type: 'trust', trusted: vscode.workspace.isTrusted });
    this.#postTask();
    this.#shownData = '';
    this.#shownRuns = '';
    this.#refresh();
    void this.#postRuns();
    this.#offer();
  }

  /** What there is to choose from. */
  #offer(): void {
    this.#postChoices().catch((error) =>
      this.softprompt.log.warn(`Form of ${this.#file}: ${reportError(error).message}`),
    );
  }

  #changed(): void {
    this.#postTask();
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#refresh(), QUIET_MILLISECONDS);
  }

  /** What the host has to say of the text as it is now. */
  #refresh(): void {
    if (!vscode.workspace.isTrusted || brokenAt(this.document)) return;
    const failed = (error: unknown): void =>
      this.softprompt.log.warn(`Form of ${this.#file}: ${reportError(error).message}`);
    this.#postData().catch(failed);
    this.#postCheck().catch(failed);
    void this.#postPreview();
  }

  #postTask(): void {
    const name = taskName(this.#file);
    const place = brokenAt(this.document);
    if (!place) {
      this.#post({ type: 'task', name, change: this.#change, value: parse(this.document.getText()) ?? {} });
      return;
    }
    const message = vscode.l10n.t('Line {0} of the file is not valid JSON.', place.line);
    this.#post({ type: 'task', name, change: this.#change, broken: { message, ...place } });
  }

  async #postCheck(): Promise<void> {
    const { version } = this.document;
    const check = await this.softprompt.checks.of(this.#file);
    if (this.document.version !== version) return;
    // Warnings about single rows are shown in the dataset.
    const own = check.problems.filter(
      ({ place, severity }) => place.row === undefined || severity === 'error',
    );
    const problems = formProblems(own, this.document, this.#dataFiles());
    const { task, rows, excluded } = check;
    this.#post({ type: 'check', problems, task, rows, excluded: excluded?.length ?? 0 });
  }

  async #postData(): Promise<void> {
    const names = this.#dataNames();
    const files = this.#dataFiles();
    const facts = await Promise.all(
      DATA_ROLES.flatMap((role) => {
        const [name, file] = [names[role], files[role]];
        return name === undefined || file === undefined
          ? []
          : [this.#dataFacts(name, file).then((one) => [role, one] as const)];
      }),
    );
    const message: ToForm = { type: 'data', files: Object.fromEntries(facts) };
    const shown = JSON.stringify(message);
    if (shown === this.#shownData) return;
    this.#shownData = shown;
    this.#post(message);
  }

  async #dataFacts(name: string, file: string): Promise<DataFacts> {
    try {
      return { name, summary: { ...(await this.softprompt.datasets.of(file)), problems: [] } };
    } catch (error) {
      return { name, error: dataError(error) };
    }
  }

  async #postChoices(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const [files, models] = await Promise.all([findDatasets(), listModels(this.softprompt.host)]);
    this.#post({
      type: 'choices',
      datasets: files.map((file) => this.#inTask(file)).sort(),
      models: models.map((model) => ({ ...model, inTask: nameInTask(model, this.#folder) })),
    });
  }

  async #postRuns(): Promise<void> {
    const all = await this.softprompt.runs.all();
    const own = all.filter(({ taskFile }) => taskFile === this.#file);
    const newest = own
      .filter((run) => !isLive(run) && run.score !== undefined && run.scoreOn === 'test')
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
    const message: ToForm = {
      type: 'runs',
      live: own.some(isLive),
      ended: own.some((run) => !isLive(run)),
      score: newest?.score,
      baseline: newest?.baseline,
    };
    const shown = JSON.stringify(message);
    if (shown === this.#shownRuns) return; // a step changes nothing here
    this.#shownRuns = shown;
    this.#post(message);
  }

  /** The chosen row's prompt, as the text is now; an older question is given up. */
  async #postPreview(): Promise<void> {
    this.#preview?.abort();
    if (!vscode.workspace.isTrusted) return;
    const asked = new AbortController();
    this.#preview = asked;
    const row = this.#row;
    const request = { taskFile: this.#file, row, text: this.document.getText() };
    const answer = await this.softprompt.host.request('dataset/preview', request, asked.signal).then(
      (prompt) => ({ prompt }),
      (error: unknown) => ({ error: reportError(error) }),
    );
    if (!asked.signal.aborted) this.#post({ type: 'preview', row, ...answer });
  }

  async #write(changes: readonly TaskChange[]): Promise<void> {
    await changeText(this.document, (text) => (brokenAt(this.document) ? text : changeTask(text, changes)));
  }

  async #browse(role: DataRole): Promise<void> {
    const [chosen] =
      (await vscode.window.showOpenDialog({
        defaultUri: vscode.Uri.file(this.#folder),
        filters: { [vscode.l10n.t('Datasets')]: ['csv', 'tsv', 'jsonl', 'ndjson', 'json', 'parquet'] },
      })) ?? [];
    if (!chosen) return;
    const { data } = (parse(this.document.getText()) ?? {}) as { data?: unknown };
    const name = this.#inTask(chosen.fsPath);
    const path = typeof data === 'object' || role !== 'train' ? ['data', role] : ['data'];
    const short = typeof data === 'string' && role !== 'train';
    await this.#write(
      short ? [{ path: ['data'], value: { train: data, [role]: name } }] : [{ path, value: name }],
    );
  }

  async #run(name: FormCommand): Promise<void> {
    const { uri } = this.document;
    switch (name) {
      case 'undo':
      case 'redo':
        await vscode.commands.executeCommand(name);
        return;
      case 'save':
        await this.document.save();
        return;
      case 'trust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        return;
      case 'pullModel': {
        const { model } = (parse(this.document.getText()) ?? {}) as { model?: unknown };
        const found = (await listModels(this.softprompt.host)).find((one) => one.name === model);
        if (found) await downloadModel(this.softprompt, found);
        await this.#postChoices();
        this.#refresh();
        return;
      }
      default:
        await vscode.commands.executeCommand(`softprompt.${name}`, uri);
    }
  }

  #dataNames(): Partial<Record<DataRole, string>> {
    const data = dataNames.parse(parse(this.document.getText())?.data);
    return typeof data === 'string' ? { train: data } : data;
  }

  #dataFiles(): Partial<Record<DataRole, string>> {
    const names = Object.entries(this.#dataNames()).filter(([, name]) => name);
    return Object.fromEntries(names.map(([role, name]) => [role, resolve(this.#folder, name)]));
  }

  #inTask(file: string): string {
    return relative(this.#folder, file).split(sep).join('/');
  }

  #post(message: ToForm): void {
    void this.webview.postMessage(message);
  }
}

function dataError(error: unknown): ErrorReport {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return missing
    ? { code: 'data-invalid', message: vscode.l10n.t('There is no such file.') }
    : reportError(error);
}

import { relative } from 'node:path';
import * as vscode from 'vscode';
import type { RunEvent, RunSummary } from '../../protocol/runs';
import type { HostClient } from '../host/hostClient';
import type { TaskIndex } from '../taskFile/taskIndex';
import { applyEvent, interrupt, isLive } from './liveSummary';

/** A small model takes hundreds of steps a second; listeners hear of them this often at most. */
const PROGRESS_MILLISECONDS = 200;

/** The workspace's runs: read from the host, then kept up to date by what it tells of the live one. */
export class RunStore implements vscode.Disposable {
  #runs = new Map<string, RunSummary>();
  #loading: Promise<void> | null = null;
  #loads = 0;
  /** What is heard while a list is on its way, which may have been read before that. */
  #meanwhile: [folder: string, event: RunEvent][] | null = null;
  /** The host went away: what is known here may be out of date. */
  #stale = false;
  readonly #loss = new Map<string, number>();
  /** Folders that this window's host has told of. Others may be live too, in another window or a terminal. */
  readonly #heard = new Set<string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #ended = new vscode.EventEmitter<RunSummary>();
  readonly #subscriptions: { dispose(): void }[];
  #soon: NodeJS.Timeout | undefined;

  readonly onChanged = this.#changed.event;
  /** A run that was live has come to its end. */
  readonly onEnded = this.#ended.event;

  constructor(
    private readonly host: HostClient,
    private readonly tasks: TaskIndex,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#subscriptions = [
      host.on('run/event', ({ folder, event }) => this.#hear(folder, event)),
      host.onState((state) => {
        if (state === 'lost' || state === 'stopped') this.#lose();
        if (state === 'ready' && this.#stale) void this.refresh();
      }),
    ];
  }

  /** All runs; the first call asks the host. Nothing is read in a workspace that is not trusted. */
  async all(): Promise<RunSummary[]> {
    if (!vscode.workspace.isTrusted) return [];
    this.#loading ??= this.#load();
    await this.#loading;
    return [...this.#runs.values()];
  }

  /** The run that is being worked on by this window's host. */
  get live(): RunSummary | undefined {
    return [...this.#runs.values()].find((run) => isLive(run) && this.#heard.has(run.folder));
  }

  /** Loss of a live run's last step. */
  lossOf(folder: string): number | undefined {
    return this.#loss.get(folder);
  }

  async refresh(): Promise<void> {
    this.#loading = this.#load();
    await this.#loading;
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#soon);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#ended.dispose();
  }

  async #load(): Promise<void> {
    this.#stale = false;
    const load = ++this.#loads;
    this.#meanwhile = [];
    const before = this.#runs;
    const folders = await this.tasks.folders();
    const lists = await Promise.all(
      folders.map((workspace) =>
        this.host.request('runs/list', { workspace }).catch((error: Error) => {
          this.log.error(`Runs of ${workspace}: ${error.message}`);
          return [...before.values()].filter(({ folder }) => !relative(workspace, folder).startsWith('..'));
        }),
      ),
    );
    // A list that was asked for earlier and comes later would bring an ended run back to life.
    if (load !== this.#loads) return this.#loading ?? undefined;
    this.#runs = new Map(lists.flat().map((run) => [run.folder, run]));
    for (const [folder, event] of this.#meanwhile) {
      const run = this.#runs.get(folder);
      if (run) this.#runs.set(folder, applyEvent(run, event));
    }
    this.#meanwhile = null;
  }

  #hear(folder: string, event: RunEvent): void {
    if (event.type === 'step') this.#loss.set(folder, event.loss);
    const news = !this.#heard.has(folder);
    this.#heard.add(folder);
    this.#meanwhile?.push([folder, event]);
    const before = this.#runs.get(folder);
    if (!before) {
      // A run that was just made; a small one may be over before the list of it is there.
      if (event.type === 'state' && !isLive(event)) void this.#end(folder);
      else if (news) void this.refresh();
      return;
    }
    const after = applyEvent(before, event);
    if (after === before) return;
    this.#runs.set(folder, after);
    if (after.state === before.state) this.#changeSoon();
    else this.#changed.fire();
    if (isLive(before) && !isLive(after)) void this.#end(folder);
  }

  #changeSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#changed.fire();
    }, PROGRESS_MILLISECONDS);
  }

  async #end(folder: string): Promise<void> {
    await this.refresh();
    const run = this.#runs.get(folder);
    if (run) this.#ended.fire(run);
  }

  /** The host is gone, and with it the work on the live run. */
  #lose(): void {
    this.#stale = true;
    if (!this.live) return;
    const run = interrupt(this.live);
    this.#runs.set(run.folder, run);
    this.#changed.fire();
    this.#ended.fire(run);
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { l10n, workspace } from 'vscode';
import { SoftpromptError } from '../../protocol/errors';
import type { NotificationName, Notifications, Params, RequestName, Result } from '../../protocol/requests';
import type { HostConnection, HostLog } from './hostConnection';
import { hostLost } from './hostLost';

/** Pauses before the first, second and third restart after a crash. After that it stays down until it is asked again. */
const RESTART_MILLISECONDS = [1_000, 2_000, 4_000];
/** A host that lived this long gets all its restarts back. */
const HEALTHY_MILLISECONDS = 60_000;
/** From SIGTERM to SIGKILL. */
const KILL_MILLISECONDS = 2_000;

/** `lost`: it crashed, and is started again by itself; `stopped`: not started yet, or given up. */
export type HostState = 'stopped' | 'starting' | 'ready' | 'lost';

export interface HostClientOptions {
  /** The bundled host.js. */
  script: string;
  settings(): Params<'initialize'>;
  log: HostLog;
  restartMilliseconds?: readonly number[];
}

interface Running {
  process: ChildProcess;
  connection: HostConnection;
}

type Listener<T> = (value: T) => void;

/** The extension's end of the training host: starts it when first needed, asks it, and starts it again after a crash. */
export class HostClient {
  #running: Promise<Running> | null = null;
  #child: ChildProcess | null = null;
  #state: HostState = 'stopped';
  #crashes = 0;
  #restart: NodeJS.Timeout | undefined;
  #disposed = false;
  readonly #stateListeners = new Set<Listener<HostState>>();
  readonly #listeners = new Map<NotificationName, Set<Listener<never>>>();

  constructor(private readonly options: HostClientOptions) {}

  get state(): HostState {
    return this.#state;
  }

  /** The host's process id, while there is one. */
  get process(): number | undefined {
    return this.#child?.pid;
  }

  onState(listener: Listener<HostState>): { dispose(): void } {
    this.#stateListeners.add(listener);
    return { dispose: () => this.#stateListeners.delete(listener) };
  }

  on<N extends NotificationName>(name: N, listener: Listener<Notifications[N]>): { dispose(): void } {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener as Listener<never>));
    return { dispose: () => listeners.delete(listener as Listener<never>) };
  }

  /** Asks the host, starting it when it is not there. Throws the host's SoftpromptError, or says that it was lost. */
  async request<M extends RequestName>(
    method: M,
    params: Params<M>,
    signal?: AbortSignal,
  ): Promise<Result<M>> {
    return (await this.#start()).connection.ask(method, params, signal);
  }

  /** Tells a host that is already there about changed settings; one that starts later reads them by itself. */
  async updateSettings(): Promise<void> {
    if (this.#state === 'ready') await this.request('initialize', this.options.settings());
  }

  /** Ends the host: asks it to checkpoint and go, then SIGTERM, then SIGKILL. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#restart);
    const running = await this.#running?.catch(() => null);
    if (!running) return;
    const gone = new Promise<void>((resolve) => running.process.once('exit', () => resolve()));
    if (running.process.exitCode !== null || running.process.signalCode !== null) return;
    await running.connection.ask('shutdown', {}).catch(() => {}); // it may go before it answers
    running.process.kill('SIGTERM');
    const kill = setTimeout(() => running.process.kill('SIGKILL'), KILL_MILLISECONDS);
    await gone;
    clearTimeout(kill);
  }

  #start(): Promise<Running> {
    // Whoever asks has looked already; that nothing runs in a folder that is not trusted is held here all the same.
    if (!workspace.isTrusted) {
      const refusal = l10n.t('Softprompt runs nothing in a workspace that is not trusted.');
      return Promise.reject(new SoftpromptError('cancelled', refusal));
    }
    if (this.#disposed) return Promise.reject(hostLost(l10n.t('The training host was shut down.')));
    clearTimeout(this.#restart);
    this.#running ??= this.#launch().catch((error) => {
      this.#running = null;
      throw error;
    });
    return this.#running;
  }

  async #launch(): Promise<Running> {
    const { script, log } = this.options;
    this.#become('starting');
    const { HostConnection } = await import('./hostConnection');
    const child = fork(script, [], {
      execArgv: [],
      env: hostEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    log.info(`Training host ${child.pid} started.`);
    if (child.stdout) createInterface(child.stdout).on('line', (line) => log.info(line));
    if (child.stderr) createInterface(child.stderr).on('line', (line) => log.error(line));

    const connection = new HostConnection(child, log, (name, value) => {
      for (const listener of this.#listeners.get(name) ?? []) listener(value as never);
    });
    child.on('error', (error) => log.error(`The training host could not be started: ${error.message}`));

    const startedAt = Date.now();
    const gone = new Promise<never>((_, reject) => {
      const leave = (how: string): void => {
        connection.dispose();
        // One that could not be used may end only when the next is started already.
        if (this.#child === child) this.#left(how, Date.now() - startedAt);
        reject(hostLost(l10n.t('The training host ended at its start ({0}).', how)));
      };
      child.once('exit', (code, signal) => leave(signal ?? l10n.t('exit code {0}', String(code))));
      child.once('error', (error) => child.pid === undefined && leave(error.message));
    });
    gone.catch(() => {}); // after a good start it is #left that matters
    const hello = connection.ask('initialize', this.options.settings());
    hello.catch(() => {});
    try {
      const { version } = await Promise.race([hello, gone]);
      log.info(
        `Training host ${child.pid} is ready, version ${version}, after ${Date.now() - startedAt} ms.`,
      );
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    this.#become('ready');
    return { process: child, connection };
  }

  #left(how: string, lifeMilliseconds: number): void {
    this.#running = null;
    this.#child = null;
    if (this.#disposed) {
      this.#become('stopped');
      return;
    }
    const delays = this.options.restartMilliseconds ?? RESTART_MILLISECONDS;
    if (lifeMilliseconds > HEALTHY_MILLISECONDS) this.#crashes = 0;
    const delay = delays[this.#crashes++];
    if (delay === undefined) {
      this.#crashes = 0;
      this.options.log.error(`The training host ended (${how}). It is started again when it is next needed.`);
      this.#become('stopped');
      return;
    }
    this.options.log.warn(`The training host ended (${how}). Starting it again in ${delay} ms.`);
    this.#become('lost');
    this.#restart = setTimeout(() => {
      this.#start().catch((error: Error) => this.options.log.error(error.message));
    }, delay);
  }

  #become(state: HostState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

/** The editor's environment without what would change how a plain Node process behaves. */
export function hostEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('VSCODE_') && !name.startsWith('ELECTRON_'),
  );
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}

import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { l10n, workspace } from 'vscode';
import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { type ErrorReport, SoftpromptError } from '../../protocol/errors';
import {
  type NotificationName,
  type Notifications,
  type Params,
  type RequestName,
  type Result,
  SOFTPROMPT_ERROR,
} from '../../protocol/requests';

/** How long a request may take, in milliseconds; null: as long as it needs, the user can cancel it. */
export const REQUEST_TIMEOUT: { readonly [M in RequestName]: number | null } = {
  initialize: 15_000,
  'dataset/inspect': 120_000,
  'dataset/preview': 120_000,
  'dataset/rows': 120_000,
  'dataset/predictions': 120_000,
  'table/state': 60_000,
  'table/rows': 60_000,
  'table/row': 60_000,
  'table/close': 10_000,
  'task/draft': 120_000,
  'task/check': 120_000,
  'task/exclude': 120_000,
  'models/list': 30_000,
  'models/pull': null,
  'models/remove': 60_000,
  'runs/list': 30_000,
  'runs/read': 60_000,
  'runs/delete': 60_000,
  'training/start': 300_000,
  'training/resume': 300_000,
  'training/pause': 10_000,
  'training/continue': 10_000,
  'training/cancel': 10_000,
  evaluate: null,
  'evaluate/file': null,
  predict: null,
  'predict/row': 120_000,
  'labels/check': null,
  'labels/read': 120_000,
  'labels/dismiss': 120_000,
  shutdown: 4_000,
};

const NOTIFICATIONS: readonly NotificationName[] = [
  'run/event',
  'run/predictions',
  'evaluate/progress',
  'predict/text',
  'models/progress',
  'labels/progress',
  'log',
];

/** Pauses before the first, second and third restart after a crash. After that it stays down until it is asked again. */
const RESTART_MILLISECONDS = [1_000, 2_000, 4_000];
/** A host that lived this long gets all its restarts back. */
const HEALTHY_MILLISECONDS = 60_000;
/** From SIGTERM to SIGKILL. */
const KILL_MILLISECONDS = 2_000;

/** `lost`: it crashed, and is started again by itself; `stopped`: not started yet, or given up. */
export type HostState = 'stopped' | 'starting' | 'ready' | 'lost';

export interface HostLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface HostClientOptions {
  /** The bundled host.js. */
  script: string;
  settings(): Params<'initialize'>;
  log: HostLog;
  restartMilliseconds?: readonly number[];
}

interface Running {
  process: ChildProcess;
  connection: MessageConnection;
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
    return this.#send((await this.#start()).connection, method, params, signal);
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
    await this.#send(running.connection, 'shutdown', {}).catch(() => {}); // it may go before it answers
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
    const child = fork(script, [], {
      execArgv: [],
      env: hostEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    log.info(`Training host ${child.pid} started.`);
    if (child.stdout) createInterface(child.stdout).on('line', (line) => log.info(line));
    if (child.stderr) createInterface(child.stderr).on('line', (line) => log.error(line));

    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child), {
      error: (message) => log.error(message),
      warn: (message) => log.warn(message),
      info: (message) => log.info(message),
      log: (message) => log.debug(message),
    });
    for (const name of NOTIFICATIONS) {
      connection.onNotification(name, (value: unknown) => {
        for (const listener of this.#listeners.get(name) ?? []) listener(value as never);
      });
    }
    connection.onError(([error]) => log.error(`Connection to the training host: ${error.message}`));
    connection.listen();
    child.on('error', (error) => log.error(`The training host could not be started: ${error.message}`));

    const startedAt = Date.now();
    const gone = new Promise<never>((_, reject) => {
      const leave = (how: string): void => {
        connection.dispose();
        this.#left(how, Date.now() - startedAt);
        reject(hostLost(l10n.t('The training host ended at its start ({0}).', how)));
      };
      child.once('exit', (code, signal) => leave(signal ?? l10n.t('exit code {0}', String(code))));
      child.once('error', (error) => child.pid === undefined && leave(error.message));
    });
    gone.catch(() => {}); // after a good start it is #left that matters
    const hello = this.#send(connection, 'initialize', this.options.settings());
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

  async #send<M extends RequestName>(
    connection: MessageConnection,
    method: M,
    params: Params<M>,
    signal?: AbortSignal,
  ): Promise<Result<M>> {
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    const milliseconds = REQUEST_TIMEOUT[method];
    let late: NodeJS.Timeout | undefined;
    try {
      if (signal?.aborted) throw new SoftpromptError('cancelled', l10n.t('Cancelled.'));
      signal?.addEventListener('abort', cancel, { once: true });
      const answer = connection.sendRequest<Result<M>>(method, params, cancellation.token);
      if (milliseconds === null) return await answer;
      const silence = new Promise<never>((_, reject) => {
        late = setTimeout(() => {
          cancel();
          reject(
            hostLost(
              l10n.t('The training host did not answer {0} within {1} s.', method, milliseconds / 1000),
            ),
          );
        }, milliseconds);
      });
      return await Promise.race([answer, silence]);
    } catch (error) {
      throw revive(error);
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', cancel);
      cancellation.dispose();
    }
  }
}

/** The editor's environment without what would change how a plain Node process behaves. */
export function hostEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('VSCODE_') && !name.startsWith('ELECTRON_'),
  );
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}

function hostLost(message: string): SoftpromptError {
  return new SoftpromptError('internal', message, {
    hint: l10n.t('Softprompt: Open Log shows what it said.'),
  });
}

function revive(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  if (error.code === ErrorCodes.PendingResponseRejected) {
    return hostLost(l10n.t('The training host stopped while it was working on this.'));
  }
  if (error.code !== SOFTPROMPT_ERROR) return error;
  const { code, message, place, hint, stack } = error.data as ErrorReport;
  const revived = new SoftpromptError(code, message, { place, hint });
  if (stack) revived.stack = stack;
  return revived;
}

import { Worker } from 'node:worker_threads';
import { type ErrorReport, SoftpromptError } from '../protocol/errors';
import { l10n } from '../protocol/l10n';
import type { FromWorker, JobMessage, JobName, Jobs, ToWorker, WorkerSettings } from './workerMessages';

/** How long a thread may take to end by itself before it is stopped. */
const END_MILLISECONDS = 5_000;

/** What a thread says while it works. */
export type Told = Exclude<FromWorker, { type: 'done' | 'failed' }>;

interface Pending {
  resolve(result: Jobs[JobName]['result']): void;
  reject(error: Error): void;
}

/** A worker thread that computes, so that the thread which talks stays free. Ends only when told to, or by a crash. */
export class ComputeThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #over = false;

  /** @param script the bundled worker.js. */
  constructor(script: string, settings: WorkerSettings, onTold: (told: Told) => void) {
    this.#worker = new Worker(script, { workerData: settings });
    this.#worker.on('message', (message: FromWorker) => {
      if (message.type === 'done') this.#settle(message.id)?.resolve(message.result);
      else if (message.type === 'failed') this.#settle(message.id)?.reject(revive(message.error));
      else onTold(message);
    });
    this.#worker.on('error', (error) => this.#lose(error));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#lose(undefined);
        resolve();
      });
    });
  }

  /** False once the thread has ended or crashed. */
  get alive(): boolean {
    return !this.#over;
  }

  /** Queues a job. Aborting `signal` gives it up: at once if it waits, else at the next chance. */
  run<N extends JobName>(
    name: N,
    params: Jobs[N]['params'],
    signal?: AbortSignal,
  ): Promise<Jobs[N]['result']> {
    const id = this.#nextId++;
    return new Promise<Jobs[N]['result']>((resolve, reject) => {
      if (this.#over) return reject(threadLost(undefined));
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.tell({ type: 'job', id, name, params } as JobMessage);
      if (signal?.aborted) this.tell({ type: 'abandon', id });
      else signal?.addEventListener('abort', () => this.tell({ type: 'abandon', id }), { once: true });
    });
  }

  tell(message: ToWorker): void {
    if (!this.#over) this.#worker.postMessage(message);
  }

  /** Waits for the jobs in hand, at most `milliseconds` (null: as long as it takes), then ends the thread. */
  async end(milliseconds: number | null = END_MILLISECONDS): Promise<void> {
    this.tell({ type: 'end' });
    if (milliseconds === null) return this.#ended;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), milliseconds);
    });
    if ((await Promise.race([this.#ended, late])) === 'late') await this.#worker.terminate();
    clearTimeout(timer);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #lose(cause: Error | undefined): void {
    this.#over = true;
    for (const pending of this.#pending.values()) pending.reject(threadLost(cause));
    this.#pending.clear();
  }
}

function revive(report: ErrorReport): SoftpromptError {
  const error = new SoftpromptError(report.code, report.message, { place: report.place, hint: report.hint });
  if (report.stack) error.stack = report.stack;
  return error;
}

function threadLost(cause: Error | undefined): SoftpromptError {
  const outOfMemory = (cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (outOfMemory) {
    return new SoftpromptError('out-of-memory', l10n`The computation ran out of memory.`, {
      hint: l10n`Make the steps smaller (training.batchRows), or use a smaller model.`,
      cause,
    });
  }
  return new SoftpromptError(
    'internal',
    cause ? l10n`The computation stopped: ${cause.message}` : l10n`The computation stopped unexpectedly.`,
    { hint: l10n`Softprompt: Open Log shows the details. The run can be resumed.`, cause },
  );
}

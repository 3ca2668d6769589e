import type { ComputeThread } from './computeThread';
import type { JobName, Jobs } from './workerMessages';

/**
 * A thread that is started when there is something to do. It keeps what it has open for the next question (a trial's
 * model), and is ended when none comes for a while, so that the memory comes back.
 */
export class OnDemandThread {
  #thread: ComputeThread | null = null;
  #working = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly startThread: () => ComputeThread,
    private readonly idleMilliseconds: number,
  ) {}

  async run<N extends JobName>(
    name: N,
    params: Jobs[N]['params'],
    signal: AbortSignal,
  ): Promise<Jobs[N]['result']> {
    clearTimeout(this.#idle);
    if (!this.#thread?.alive) this.#thread = this.startThread();
    this.#working++;
    try {
      return await this.#thread.run(name, params, signal);
    } finally {
      this.#working--;
      if (this.#working === 0) {
        this.#idle = setTimeout(() => this.release(), this.idleMilliseconds);
        this.#idle.unref();
      }
    }
  }

  /** Lets the thread go once it has done what it has; the next question gets a new one, with the settings of then. */
  release(): void {
    clearTimeout(this.#idle);
    void this.#thread?.end(null);
    this.#thread = null;
  }
}

import type { ComputeThread } from './computeThread';
import type { JobName, Jobs } from './workerMessages';

/**
 * The thread for tests and trials, apart from the training's. It keeps its model open for the next question, and is
 * ended when none comes for a while, so that the memory comes back.
 */
export class Answers {
  #thread: ComputeThread | null = null;
  #working = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly startThread: () => ComputeThread,
    private readonly idleMilliseconds: number,
  ) {}

  async ask<N extends JobName>(
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
        this.#idle = setTimeout(() => void this.end(), this.idleMilliseconds);
        this.#idle.unref();
      }
    }
  }

  async end(milliseconds?: number): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = null;
    await thread?.end(milliseconds);
  }
}

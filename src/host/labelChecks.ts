import { SoftpromptError } from '../protocol/errors';
import { l10n } from '../protocol/l10n';
import type { LabelProgress, LabelReview } from '../protocol/labels';
import type { ComputeThread, Told } from './computeThread';
import type { Jobs } from './workerMessages';

export interface LabelChecksOptions {
  startThread(onTold: (told: Told) => void): ComputeThread;
  /** Throws while a run is being trained. */
  requireNoTraining(): Promise<void>;
  onProgress(progress: LabelProgress): void;
}

/** The one search for suspicious labels that may go on at a time, in a thread of its own that ends with it. */
export class LabelChecks {
  #running = false;

  constructor(private readonly options: LabelChecksOptions) {}

  /** Throws 'run-invalid' while labels are being looked at: each takes the whole processor. */
  requireIdle(): void {
    if (!this.#running) return;
    throw new SoftpromptError('run-invalid', l10n`Suspicious labels are being looked for.`, {
      hint: l10n`One training runs at a time, as each takes the whole processor. Cancel the search or wait for its end.`,
    });
  }

  async check(params: Jobs['labels/check']['params'], signal: AbortSignal): Promise<LabelReview> {
    this.requireIdle();
    this.#running = true;
    let thread: ComputeThread | undefined;
    try {
      await this.options.requireNoTraining();
      thread = this.options.startThread((told) => {
        if (told.type === 'labels') this.options.onProgress(told.progress);
      });
      return await thread.run('labels/check', params, signal);
    } finally {
      this.#running = false;
      void thread?.end();
    }
  }
}

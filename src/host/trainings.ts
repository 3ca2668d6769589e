import { basename } from 'node:path';
import { type ErrorReport, reportError, SoftpromptError } from '../protocol/errors';
import { l10n } from '../protocol/l10n';
import type { EvaluatedRows } from '../protocol/requests';
import { LIVE_STATES, type RunEvent, type RunState } from '../protocol/runs';
import type { ComputeThread, Told } from './computeThread';
import type { Jobs } from './workerMessages';

export interface TrainingsOptions {
  startThread(onTold: (told: Told) => void): ComputeThread;
  /** Writes the end of a run whose thread is gone into its run.json. */
  failRun(folder: string, error: ErrorReport): Promise<void>;
  onEvent(folder: string, event: RunEvent): void;
  onPredictions(folder: string, rows: EvaluatedRows): void;
}

interface Live {
  name: string;
  thread: ComputeThread;
  folder?: string;
  /** The last state that was heard of. */
  state?: RunState;
  finished: Promise<void>;
}

/** The one training that may run at a time, in a thread of its own that ends with it and gives its memory back. */
export class Trainings {
  #live: Live | null = null;

  constructor(private readonly options: TrainingsOptions) {}

  /** Folder of the run that is being worked on. */
  get liveFolder(): string | undefined {
    return this.#live?.folder;
  }

  /** Whether a run is being worked on; of one that has told its end, once its thread has let go. */
  async worksOn(folder: string): Promise<boolean> {
    if (this.liveFolder === folder && this.#isEnding()) await this.#live?.finished;
    return this.liveFolder === folder;
  }

  start(params: Jobs['train']['params']): Promise<{ folder: string }> {
    return this.#begin(basename(params.taskFile), (thread) => thread.run('train', params));
  }

  resume(params: Jobs['resume']['params']): Promise<{ folder: string }> {
    return this.#begin(basename(params.folder), (thread) => thread.run('resume', params));
  }

  /** Passes the user's wish on; throws 'run-invalid' when that run is not live here. */
  tell(folder: string, wish: 'pause' | 'continue' | 'cancel'): Record<string, never> {
    const live = this.#live;
    if (live?.folder !== folder || (live.state && !isLive(live.state))) {
      throw new SoftpromptError('run-invalid', l10n`The run ${basename(folder)} is not being trained.`, {
        place: { file: folder },
        hint: l10n`It may have ended, or another window may be training it.`,
      });
    }
    live.thread.tell({ type: wish });
    return {};
  }

  /** The process is going away: asks for a checkpoint and waits for it, at most `milliseconds`. */
  async suspend(milliseconds: number): Promise<void> {
    const live = this.#live;
    if (!live) return;
    live.thread.tell({ type: 'suspend' });
    await Promise.race([
      live.finished,
      new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref()),
    ]);
  }

  /** Throws 'run-invalid' while a run is being trained. */
  async requireIdle(): Promise<void> {
    if (this.#isEnding()) await this.#live?.finished;
    this.#refuseWhileLive();
  }

  /** Its last state was told, and its thread is taking its leave. */
  #isEnding(): boolean {
    return this.#live?.state !== undefined && !isLive(this.#live.state);
  }

  #refuseWhileLive(): void {
    if (this.#live) {
      throw new SoftpromptError('run-invalid', l10n`Another run is being trained: ${this.#live.name}.`, {
        hint: l10n`One training runs at a time, as each takes the whole processor. Cancel it or wait for its end.`,
      });
    }
  }

  /** Resolves when the run's folder exists; rejects when the run fails before that. */
  async #begin(name: string, run: (thread: ComputeThread) => Promise<unknown>): Promise<{ folder: string }> {
    if (this.#isEnding()) await this.#live?.finished;
    this.#refuseWhileLive();
    return new Promise((resolve, reject) => {
      const thread = this.options.startThread((told) => {
        if (told.type === 'created') {
          live.folder = told.folder;
          live.name = basename(told.folder);
          resolve({ folder: told.folder });
        } else if (told.type === 'event') {
          if (told.event.type === 'state') live.state = told.event.state;
          this.options.onEvent(told.folder, told.event);
        } else if (told.type === 'predictions') {
          this.options.onPredictions(told.folder, told.rows);
        }
      });
      const live: Live = { name, thread, finished: Promise.resolve() };
      this.#live = live;
      live.finished = run(thread)
        .catch(async (error) => {
          reject(error);
          await this.#mourn(live, reportError(error));
        })
        .then(async () => {
          this.#live = null;
          await thread.end();
        });
    });
  }

  /** A run that failed by itself has said so; one whose thread was lost cannot, so it is said here. */
  async #mourn({ folder, state }: Live, error: ErrorReport): Promise<void> {
    if (!folder || (state && !isLive(state))) return;
    await this.options.failRun(folder, error).catch(() => {}); // its folder may be gone, with the disk
    this.options.onEvent(folder, { type: 'state', time: Date.now(), state: 'failed', error });
  }
}

function isLive(state: RunState): boolean {
  return LIVE_STATES.includes(state);
}

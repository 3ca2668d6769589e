import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';

/** Why a run was stopped before its end: by the user, or because the process has to go. */
export type StopReason = 'cancelled' | 'interrupted';

/** How long work may go on before the event loop gets a turn, in milliseconds: messages and signals come in there. */
const TURN = 10;

/**
 * The brakes of a run. Whoever computes calls `breathe` between two pieces of work; it waits there while the run is paused,
 * and rejects with SoftpromptError('cancelled') once it is stopped.
 */
export class RunControl {
  /** Set by the run: what to do first and last in a pause. */
  onPause: (() => Promise<void>) | undefined;
  onContinue: (() => Promise<void>) | undefined;

  private stop: StopReason | undefined;
  private paused = false;
  private wake: (() => void) | undefined;
  private lastTurn = performance.now();
  private waited = 0;

  get stopped(): StopReason | undefined {
    return this.stop;
  }

  /** Milliseconds spent in pauses so far. */
  get pausedTime(): number {
    return this.waited;
  }

  pause(): void {
    this.paused = true;
  }

  continue(): void {
    this.paused = false;
    this.wake?.();
  }

  /** The user has had enough. The run can be resumed all the same. */
  cancel(): void {
    this.end('cancelled');
  }

  /** The process has to go. */
  interrupt(): void {
    this.end('interrupted');
  }

  readonly breathe = async (): Promise<void> => {
    if (performance.now() - this.lastTurn > TURN) {
      await new Promise((resolve) => setImmediate(resolve));
      this.lastTurn = performance.now();
    }
    if (this.paused && !this.stop) await this.waitOutPause();
    if (this.stop) {
      throw new SoftpromptError(
        'cancelled',
        this.stop === 'cancelled' ? l10n`The run was cancelled.` : l10n`The run was interrupted.`,
      );
    }
  };

  private end(reason: StopReason): void {
    this.stop ??= reason;
    this.wake?.();
  }

  private async waitOutPause(): Promise<void> {
    const start = performance.now();
    await this.onPause?.();
    while (this.paused && !this.stop) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.wake = undefined;
    this.waited += performance.now() - start;
    if (!this.stop) await this.onContinue?.();
  }
}

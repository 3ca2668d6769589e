/** What can be asked of something that should stop. */
export interface Interruptible {
  /** First Ctrl-C: save what is needed to go on later, then stop. */
  stop(): void;
  /** Second Ctrl-C: at once. */
  abandon(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs `work` while Ctrl-C (and SIGTERM) asks it to stop instead of ending the process; a second one ends it at once.
 */
export async function interruptible<T>(target: Interruptible, work: () => Promise<T>): Promise<T> {
  let asked = false;
  const onSignal = () => {
    if (asked) target.abandon();
    else target.stop();
    asked = true;
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

import { createContext, runInContext } from 'node:vm';

/** A cut looks through text of this length at once or has a pattern that takes far too long on longer ones. */
const PROBE_LENGTH = 1000;
const PROBE_MILLISECONDS = 250;
/** What makes patterns go back: long runs of what they repeat, and nothing behind that fits. */
const RUNS = ['a', 'A', 'aA', ' ', '\n', ' \n', '1', '.', "'", 'é', '中', 'a1', 'a.', '1,', '\u0301'];
const ENDS = ['', '\u0000', '!'];

const job: { run?: () => void } = {};
let context: object | undefined;

/** Whether a regular expression (global) gets through long runs of one kind of character in bounded time. */
export function isQuick(regex: RegExp): boolean {
  job.run = () => {
    for (const run of RUNS) {
      for (const end of ENDS) {
        const text = run.repeat(PROBE_LENGTH / run.length) + end;
        for (const match of text.matchAll(regex)) if (match.index > PROBE_LENGTH) break;
      }
    }
  };
  context ??= createContext(job);
  try {
    // Only here can a regular expression be stopped.
    runInContext('run()', context, { timeout: PROBE_MILLISECONDS });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
}

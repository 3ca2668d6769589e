import type { PrecisionWish } from '../../protocol/precision';
import type { EvaluatedRows } from '../../protocol/requests';
import type { RunEvent } from '../../protocol/runs';
import { RunControl } from '../tuning/runControl';

export interface RunOptions {
  cacheFolder: string;
  /** Threads of the runtime; as many as it likes when absent. */
  threads?: number;
  /** In place of the task's `training.precision`; a run that goes on keeps its own. */
  precision?: PrecisionWish;
  /** Where the run's folder is made; `.softprompt/runs` beside the task file when absent. */
  runsFolder?: string;
  /** Called once, as soon as the run's folder is there. */
  onCreated?(folder: string): void;
  /** Called for each event after it was written to metrics.jsonl. */
  onEvent?(event: RunEvent): void;
  /** Called after each validation and after the test, with every row. */
  onPredictions?(rows: EvaluatedRows): void;
  /** Pause, continue and cancel, by the user. */
  control?: RunControl;
  /** Aborted when the process has to go: the run saves a checkpoint and is `interrupted`. */
  signal?: AbortSignal;
}

/** The run's brakes, which the signal pulls too. */
export function brakesOf({ control = new RunControl(), signal }: RunOptions): RunControl {
  if (signal?.aborted) control.interrupt();
  signal?.addEventListener('abort', () => control.interrupt(), { once: true });
  return control;
}

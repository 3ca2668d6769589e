import type { ErrorReport } from '../protocol/errors';
import type { Translations } from '../protocol/l10n';
import type { LabelProgress } from '../protocol/labels';
import type { EvaluatedRows, Notifications, Params, Result } from '../protocol/requests';
import type { RunEvent, RunRecord } from '../protocol/runs';
import type { TableRequests } from '../protocol/table';

/** The requests that are answered in a thread, as they may compute or read for seconds. */
type ThreadRequest =
  | 'dataset/inspect'
  | 'dataset/preview'
  | 'dataset/rows'
  | 'dataset/predictions'
  | keyof TableRequests
  | 'task/draft'
  | 'task/check'
  | 'task/exclude'
  | 'labels/check'
  | 'labels/read'
  | 'labels/dismiss'
  | 'models/list'
  | 'evaluate'
  | 'evaluate/file'
  | 'predict'
  | 'predict/row';

/** The work a compute thread does: parameters and result, by name. */
export type Jobs = { [M in ThreadRequest]: { params: Params<M>; result: Result<M> } } & {
  /** From a task to the end of its run. */
  train: { params: Params<'training/start'>; result: RunRecord };
  /** From a run's checkpoint to its end. */
  resume: { params: Params<'training/resume'>; result: RunRecord };
};

export type JobName = keyof Jobs;

/** A job with its number; jobs of one thread run one after another. */
export type JobMessage = {
  [N in JobName]: { type: 'job'; id: number; name: N; params: Jobs[N]['params'] };
}[JobName];

/**
 * To the thread. `pause`, `continue` and `cancel` are the user's wishes for the training; `suspend` says that the
 * process is going away: write a checkpoint, the run can be resumed; `abandon` gives up one job.
 */
export type ToWorker =
  | JobMessage
  | { type: 'pause' | 'continue' | 'cancel' | 'suspend' | 'end' }
  | { type: 'abandon'; id: number };

export type FromWorker =
  | { type: 'created'; folder: string }
  | { type: 'event'; folder: string; event: RunEvent }
  | { type: 'predictions'; folder: string; rows: EvaluatedRows }
  | { type: 'text'; id: number; text: string }
  | { type: 'evaluation'; progress: Notifications['evaluate/progress'] }
  | { type: 'labels'; progress: LabelProgress }
  | { type: 'done'; id: number; result: Jobs[JobName]['result'] }
  | { type: 'failed'; id: number; error: ErrorReport };

/** What a compute thread is started with. */
export interface WorkerSettings {
  cacheFolder: string;
  /** Threads of one onnxruntime session; its own choice when absent. */
  threads?: number;
  /** The language of what the thread says. */
  translations?: Translations;
}

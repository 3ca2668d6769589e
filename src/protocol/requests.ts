import type { DatasetSummary, Problem, RenderedPrompt } from './dataset';
import type { ErrorReport } from './errors';
import type { ModelSummary, ModelsListing, PullProgress } from './models';
import type { PrecisionWish } from './precision';
import type { PredictionRecord, RunDetail, RunEvent, RunRecord, RunSummary } from './runs';

/**
 * What the host answers, over JSON-RPC: method name → parameters and result. A failure is a JSON-RPC error whose data
 * is an ErrorReport. `folder` is a run's folder or, where it says workspace, the folder that holds .softprompt/.
 */
export interface Requests {
  /** First call of a client. */
  initialize: {
    params: { cacheFolder?: string; threads?: number };
    result: { version: string; process: number };
  };

  'dataset/inspect': { params: { file: string }; result: DatasetSummary };
  /** Uses the task file's tokenizer and template; row counts from 1 in the training file. */
  'dataset/preview': { params: { taskFile: string; row: number; file?: string }; result: RenderedPrompt };

  /** A task file's text for a dataset, ready to be written beside it. */
  'task/draft': { params: { dataset: string; model?: string }; result: { file: string; text: string } };
  'task/check': { params: { file: string; text?: string }; result: { problems: Problem[] } };

  /** The catalogue and every model found on this computer; `workspace`: folders to look in besides. */
  'models/list': { params: { workspace?: string[] }; result: ModelsListing };
  'models/pull': { params: { name: string }; result: ModelSummary };
  'models/remove': { params: { path: string }; result: { freed: number } };

  'runs/list': { params: { workspace: string }; result: RunSummary[] };
  'runs/read': { params: { folder: string }; result: RunDetail };
  'runs/delete': { params: { folder: string }; result: Record<string, never> };

  /** Answers as soon as the run's folder exists; the rest comes as run/event. */
  'training/start': {
    /** `precision`: in place of the task's. */
    params: { taskFile: string; precision?: PrecisionWish };
    result: { folder: string };
  };
  'training/resume': { params: { folder: string }; result: { folder: string } };
  'training/pause': { params: { folder: string }; result: Record<string, never> };
  'training/continue': { params: { folder: string }; result: Record<string, never> };
  /** Stops at the next micro-batch, after a checkpoint. */
  'training/cancel': { params: { folder: string }; result: Record<string, never> };

  /** Tests a run's best prompt again, on its own test rows or on another file. */
  evaluate: {
    params: { folder: string; file?: string };
    result: { record: RunRecord; predictions: PredictionRecord[] };
  };
  /** Tries a run's best prompt on one row: values for the template's columns. */
  predict: { params: { folder: string; values: Record<string, string> }; result: TrialAnswer };

  shutdown: { params: Record<string, never>; result: Record<string, never> };
}

export interface TrialAnswer {
  /** The tuned prompt's answer, and what the bare template answers without it. */
  tuned: { predicted: string; probabilities?: Record<string, number> };
  zeroShot: { predicted: string; probabilities?: Record<string, number> };
  milliseconds: number;
}

/** What the host says on its own. */
export interface Notifications {
  'run/event': { folder: string; event: RunEvent };
  /** After a test: the rows, so that an open panel need not read the file. */
  'run/predictions': { folder: string; predictions: PredictionRecord[] };
  'models/progress': PullProgress;
  log: { level: 'debug' | 'info' | 'warn' | 'error'; message: string };
}

export type RequestName = keyof Requests;
export type Params<M extends RequestName> = Requests[M]['params'];
export type Result<M extends RequestName> = Requests[M]['result'];
export type NotificationName = keyof Notifications;

/** JSON-RPC error code for failures that carry an ErrorReport. */
export const SOFTPROMPT_ERROR = -32050;

export type { ErrorReport };

import * as z from 'zod/mini';
import type {
  DamagedAnswers,
  DatasetPredictions,
  DatasetSummary,
  Problem,
  RenderedPrompt,
  RowFacts,
} from './dataset';
import type { ErrorReport } from './errors';
import type { Translations } from './l10n';
import type { LabelProgress, LabelReview } from './labels';
import type { Metrics } from './metrics';
import type { ModelSummary, ModelsListing, PullProgress } from './models';
import type { PrecisionWish } from './precision';
import type { PredictionRecord, RunDetail, RunEvent, RunRecord, RunSummary } from './runs';
import type { TableRequests } from './table';
import type { ResolvedTask } from './taskFile';

/**
 * What the host answers, over JSON-RPC: method name → parameters and result. A failure is a JSON-RPC error whose data
 * is an ErrorReport. `folder` is a run's folder or, where it says workspace, the folder that holds .softprompt/.
 */
export interface Requests extends TableRequests {
  /** First call of a client. */
  initialize: {
    /** `translations`: the language of what the host says. */
    params: { cacheFolder?: string; threads?: number; translations?: Translations };
    result: { version: string; process: number };
  };

  'dataset/inspect': { params: { file: string }; result: DatasetSummary };
  /**
   * Uses the task file's tokenizer and template. Which row of the training file, or of another: by number, or by a line that
   * it stands in or before; both count from 1. `text`: the task as edited.
   */
  'dataset/preview': {
    params: { taskFile: string; row?: number; line?: number; file?: string; text?: string };
    result: RenderedPrompt;
  };
  /** The rows that stand in these lines, counted from 1; as the task reads them where one is named. */
  'dataset/rows': {
    params: { file: string; firstLine: number; lastLine: number; taskFile?: string };
    /** `limit`: the task's, in tokens. */
    result: { rows: RowFacts[]; limit?: number };
  };
  /** What the first of these runs (their folders) that looked at the file answered to its rows, and what of theirs is damaged. */
  'dataset/predictions': {
    params: { file: string; runs: string[] };
    result: { found: DatasetPredictions | null; damaged: DamagedAnswers[] };
  };

  /** A task file's text for a dataset, ready to be written beside it. */
  'task/draft': { params: { dataset: string; model?: string }; result: { file: string; text: string } };
  'task/check': { params: { file: string; text?: string }; result: TaskCheck };
  /** A task file's text with rows of a dataset left out, or taken back. */
  'task/exclude': { params: ExcludeRequest; result: { text: string } };

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
  /** Has a run's best prompt answer every row of a file, and keeps the answers in its folder; tells evaluate/progress. */
  'evaluate/file': {
    params: { folder: string; file: string };
    result: { metrics: Metrics; unknownLabels: number };
  };
  /** Asks a run's best prompt, or a hard prompt in its place, about one row: values for the template's columns. */
  predict: {
    /** `id`: of the caller's choice; with it, free text is told as it is written (predict/text). */
    params: { folder: string; values: Record<string, string>; prompt: TriedPrompt; id?: number };
    result: TrialAnswer;
  };
  /** A row of a run's dataset, to be tried; without `row` any of the file's. */
  'predict/row': { params: { folder: string; file?: string; row?: number }; result: TriedRow };

  /** Finds labels that the model contradicts: minutes, with the whole processor; tells labels/progress. */
  'labels/check': { params: { taskFile: string }; result: LabelReview };
  /** What was found last, by the dataset as it is now; null where nobody looked. */
  'labels/read': { params: { taskFile: string }; result: LabelReview | null };
  /** Labels that a person found right after all, or no longer. */
  'labels/dismiss': {
    params: { taskFile: string; rows: { file: string; row: number }[]; dismissed: boolean };
    result: LabelReview | null;
  };

  shutdown: { params: Record<string, never>; result: Record<string, never> };
}

/**
 * What stands before the row: the tuned prompt, nothing but the template, the examples of the run's few-shot prompt, or an
 * instruction of one's own.
 */
export type TriedPrompt = z.infer<typeof triedPromptSchema>;

export const hardPromptSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['zero-shot', 'few-shot']) }),
  z.strictObject({ kind: z.literal('own'), text: z.string() }),
]);

export const triedPromptSchema = z.union([z.strictObject({ kind: z.literal('tuned') }), hardPromptSchema]);

export interface ExcludeRequest {
  taskFile: string;
  /** The task file's, as the editor has it. */
  text: string;
  /** One of the task's dataset files, and its rows, counted from 1. */
  file: string;
  rows: number[];
  /** Takes the rows back instead. */
  include?: boolean;
}

export interface TaskCheck {
  problems: Problem[];
  /** Rows that the task leaves out. */
  excluded?: { file: string; line: number; row: number }[];
  /** The task with its defaults, and how many rows each part has: where nothing keeps it from being read. */
  task?: ResolvedTask;
  rows?: { train: number; validation: number; test: number };
}

export interface TrialAnswer {
  predicted: string;
  /** By label, for label targets. */
  probabilities?: Record<string, number>;
  /** Of the answer alone: what was read and kept before is not counted. */
  milliseconds: number;
  /** Tokens of the row that were cut to fit the limit. */
  cutTokens: number;
}

export interface TriedRow {
  file: string;
  row: number;
  line: number;
  /** The template's columns. */
  values: Record<string, string>;
  /** Its label or text. */
  target: string;
}

/** Rows as the tuned prompt of this step answered them. */
export interface EvaluatedRows {
  split: 'validation' | 'test';
  step: number;
  predictions: PredictionRecord[];
}

/** What the host says on its own. */
export interface Notifications {
  'run/event': { folder: string; event: RunEvent };
  /** After a validation or a test: the rows, so that an open panel need not read the file. */
  'run/predictions': { folder: string } & EvaluatedRows;
  /** How far `evaluate/file` is; `total` is 0 where that is not known. */
  'evaluate/progress': { folder: string; file: string; phase: string; done: number; total: number };
  /** Free text of a `predict` with this id, as far as it is written. */
  'predict/text': { id: number; text: string };
  'models/progress': PullProgress;
  'labels/progress': LabelProgress;
  log: { level: 'debug' | 'info' | 'warn' | 'error'; message: string };
}

export type RequestName = keyof Requests;
export type Params<M extends RequestName> = Requests[M]['params'];
export type Result<M extends RequestName> = Requests[M]['result'];
export type NotificationName = keyof Notifications;

/** JSON-RPC error code for failures that carry an ErrorReport. */
export const SOFTPROMPT_ERROR = -32050;

export type { ErrorReport };

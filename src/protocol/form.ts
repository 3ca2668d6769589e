import type { DatasetSummary, Problem, RenderedPrompt } from './dataset';
import type { ErrorReport } from './errors';
import type { ModelSummary } from './models';
import type { TaskCheck } from './requests';

/** Where a value stands in a task file. */
export type TaskPath = (string | number)[];

/** A wish of the form: this value at this path, or none there. */
export interface TaskChange {
  path: TaskPath;
  value?: unknown;
}

export const DATA_ROLES = ['train', 'validation', 'test'] as const;
export type DataRole = (typeof DATA_ROLES)[number];

/** A problem and the value that it is about; an empty path: the file as a whole. */
export type FormProblem = Pick<Problem, 'severity' | 'kind' | 'message' | 'hint' | 'suggestion'> & {
  path: TaskPath;
};

/** What is in a data file, or why that is not known. */
export type DataFacts = { name: string; summary: DatasetSummary } | { name: string; error: ErrorReport };

export interface BrokenText {
  message: string;
  line: number;
  column: number;
}

/** What the form of a task file shows; the extension answers for the editor and the host. */
export type ToForm =
  /** The text as it is now, with the page's changes up to this one: its value, or where it stops being JSON. */
  | { type: 'task'; name: string; change: number; value?: unknown; broken?: BrokenText }
  | ({ type: 'check'; problems: FormProblem[]; excluded: number } & Pick<TaskCheck, 'task' | 'rows'>)
  | { type: 'data'; files: Partial<Record<DataRole, DataFacts>> }
  /** Names as this task file writes them. */
  | { type: 'choices'; datasets: string[]; models: (ModelSummary & { inTask: string })[] }
  | { type: 'preview'; row: number; prompt?: RenderedPrompt; error?: ErrorReport }
  | { type: 'runs'; live: boolean; ended: boolean; score?: number; baseline?: number }
  | { type: 'trust'; trusted: boolean };

export const FORM_COMMANDS = [
  'tune',
  'evaluate',
  'openPanel',
  'pullModel',
  'trust',
  'undo',
  'redo',
  'save',
] as const;
export type FormCommand = (typeof FORM_COMMANDS)[number];

export type FromForm =
  | { type: 'ready' }
  /** Numbered from 1, so that an answer to an older one is known as such. */
  | { type: 'change'; number: number; changes: TaskChange[] }
  | { type: 'browse'; role: DataRole }
  | { type: 'preview'; row: number }
  | { type: 'command'; name: FormCommand }
  /** Opens the text, at a value or at a line. */
  | { type: 'openText'; path?: TaskPath; line?: number; column?: number };

/** What the page keeps across reloads. */
export interface FormState {
  scroll?: number;
  /** Names of the sections that are open, where it is not as at first. */
  sections?: Record<string, boolean>;
  row?: number;
}

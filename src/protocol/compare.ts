import type { ErrorReport } from './errors';
import type { PredictionRecord, RunDetail, RunEvent, RunSummary } from './runs';

/** Runs that can be told apart side by side: by letter, colour and line. */
export const MOST_COMPARED = 8;

/** What the page that compares runs needs; the extension answers for the host. */
export type ToCompare =
  /** All runs of the workspace. */
  | { type: 'runs'; runs: RunSummary[] }
  /** The folders of the runs to compare, in the order of their columns. */
  | { type: 'chosen'; folders: string[] }
  | { type: 'run'; detail: RunDetail }
  | { type: 'events'; folder: string; events: RunEvent[] }
  | { type: 'predictions'; folder: string; predictions: PredictionRecord[] }
  /** A run that could not be read: deleted meanwhile, or damaged. */
  | { type: 'unreadable'; folder: string; error: ErrorReport }
  | { type: 'connection'; state: 'starting' | 'ready' | 'lost' };

export type FromCompare =
  | { type: 'ready' }
  | { type: 'choose'; folders: string[] }
  | { type: 'openRow'; file: string; line: number }
  | { type: 'openRun'; folder: string }
  | { type: 'evaluate'; folder: string }
  | { type: 'export'; name: string; text: string; encoding?: 'base64' };

/** Which rows of those that runs disagree on: all, or where the first has it right and the second wrong. */
export interface DisagreementFilter {
  /** Letters of contenders; both absent: every row on which not all answers are the same. */
  right?: string;
  wrong?: string;
}

/** What the page keeps across reloads (VS Code's webview state). */
export interface CompareState extends DisagreementFilter {
  folders?: string[];
  tab?: string;
  /** What curves are drawn along. */
  along?: 'step' | 'time';
  /** Folders of runs whose curves are hidden. */
  hidden?: string[];
  /** All settings, not only those that differ. */
  allSettings?: boolean;
  search?: string;
}

import type { ErrorReport } from './errors';
import type { EvaluatedRows, TrialAnswer } from './requests';
import type { RunDetail, RunEvent, RunSummary } from './runs';

/** What the page of a run needs; the extension answers for the host. */
export type ToPanel =
  | { type: 'run'; detail: RunDetail }
  | { type: 'events'; folder: string; events: RunEvent[] }
  | ({ type: 'predictions'; folder: string } & EvaluatedRows)
  | { type: 'runs'; runs: RunSummary[] }
  | {
      type: 'answer';
      id: number;
      answer?: { tuned: TrialAnswer; zeroShot: TrialAnswer };
      error?: ErrorReport;
    }
  | { type: 'failure'; error: ErrorReport }
  /** The training host stopped and is being started again, or is back. */
  | { type: 'connection'; state: 'starting' | 'ready' | 'lost' };

export type FromPanel =
  | { type: 'ready' }
  | { type: 'pause' }
  | { type: 'continue' }
  | { type: 'cancel' }
  | { type: 'resume' }
  | { type: 'evaluate' }
  | { type: 'openRow'; file: string; line: number }
  /** At a setting such as `training.learningRate`, where one is named. */
  | { type: 'openTask'; setting?: string }
  | { type: 'openRunFolder' }
  | { type: 'openLog' }
  | { type: 'tuneAgain' }
  | { type: 'selectRun'; folder: string }
  | { type: 'try'; id: number; values: Record<string, string> }
  /** A file to save where the user says; base64 for pictures. */
  | { type: 'export'; name: string; text: string; encoding?: 'base64' };

/** What the page keeps across reloads (VS Code's webview state). */
export interface PanelState {
  folder?: string;
  tab?: string;
  filter?: string;
  /** Fixed and broken are against the best hard prompt's answers. */
  outcome?: 'all' | 'right' | 'wrong' | 'fixed' | 'broken';
  /** Only rows of this class, or answered with it. */
  expected?: string;
  predicted?: string;
  tried?: Record<string, string>;
  /** Of the loss chart: weight of the past in the moving average, and its axis. */
  smoothing?: number;
  logarithmic?: boolean;
  /** Alerts of the run shown that were put away. */
  dismissed?: string[];
}

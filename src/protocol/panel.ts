import type { ErrorReport } from './errors';
import type { TrialAnswer } from './requests';
import type { PredictionRecord, RunDetail, RunEvent, RunSummary } from './runs';

/** What the page of a run needs; the extension answers for the host. */
export type ToPanel =
  | { type: 'run'; detail: RunDetail }
  | { type: 'events'; folder: string; events: RunEvent[] }
  | { type: 'predictions'; folder: string; predictions: PredictionRecord[] }
  | { type: 'runs'; runs: RunSummary[] }
  | { type: 'answer'; id: number; answer?: TrialAnswer; error?: ErrorReport }
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
  | { type: 'openTask' }
  | { type: 'openRunFolder' }
  | { type: 'openLog' }
  | { type: 'tuneAgain' }
  | { type: 'selectRun'; folder: string }
  | { type: 'try'; id: number; values: Record<string, string> }
  | { type: 'export'; name: string; text: string };

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
}

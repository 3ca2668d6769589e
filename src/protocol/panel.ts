import type { ErrorReport } from './errors';
import type { HardPrompt, Playground, TakenRow } from './playground';
import type { EvaluatedRows, TrialAnswer, TriedRow } from './requests';
import type { RunDetail, RunEvent, RunSummary } from './runs';

/** What the page of a run needs; the extension answers for the host. */
export type ToPanel =
  | { type: 'run'; detail: RunDetail }
  | { type: 'events'; folder: string; events: RunEvent[] }
  | ({ type: 'predictions'; folder: string } & EvaluatedRows)
  | { type: 'runs'; runs: RunSummary[] }
  | { type: 'answer'; id: number; side: Side; answer?: TrialAnswer; error?: ErrorReport }
  /** Free text of an answer, as far as it is written. */
  | { type: 'writing'; id: number; side: Side; text: string }
  /** What `takeRow` asked for. */
  | { type: 'row'; row?: TriedRow; error?: ErrorReport }
  /** What was kept of the run's playground. */
  | { type: 'playground'; folder: string; playground: Playground }
  /** Turns the page to one of its tabs. */
  | { type: 'show'; tab: string }
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
  | { type: 'compare' }
  | { type: 'openRow'; file: string; line: number }
  /** At a setting such as `training.learningRate`, where one is named. */
  | { type: 'openTask'; setting?: string }
  | { type: 'openRunFolder'; part?: 'adapter' }
  | { type: 'openLog' }
  | { type: 'tuneAgain' }
  | { type: 'selectRun'; folder: string }
  /** Asks the tuned prompt, then the hard prompt. */
  | { type: 'try'; id: number; values: Record<string, string>; hardPrompt: HardPrompt }
  | { type: 'stopTry' }
  | { type: 'pullModel' }
  /** A row of the run's dataset; any of its test file where none is named. */
  | { type: 'takeRow'; file?: string; row?: number }
  | { type: 'keepPlayground'; folder: string; playground: Playground }
  /** A file to save where the user says; base64 for pictures. */
  | { type: 'export'; name: string; text: string; encoding?: 'base64' };

/** Of the two answers in the playground. */
export type Side = 'tuned' | 'hard';

/** What the page keeps across reloads (VS Code's webview state). */
export interface PanelState {
  folder?: string;
  tab?: string;
  filter?: string;
  /** Fixed and broken are against the best hard prompt's answers, changed against the validation before. */
  outcome?: 'all' | 'right' | 'wrong' | 'fixed' | 'broken' | 'changed';
  /** Only rows of this class, or answered with it. */
  expected?: string;
  predicted?: string;
  /** The predictions that are shown; those of the test once there are some, unless told. */
  split?: 'validation' | 'test';
  sort?: { key: 'row' | 'loss' | 'confidence'; descending: boolean };
  /** The text in the playground, and the row it was taken from. */
  tried?: Record<string, string>;
  taken?: TakenRow;
  /** Of the loss chart: weight of the past in the moving average, and its axis. */
  smoothing?: number;
  logarithmic?: boolean;
  /** Alerts of the run shown that were put away. */
  dismissed?: string[];
}

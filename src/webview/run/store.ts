import type { ErrorReport } from '../../protocol/errors';
import type { PanelState, ToPanel } from '../../protocol/panel';
import type {
  PredictionRecord,
  RunDetail,
  RunRecord,
  RunSummary,
  ValidationPredictions,
} from '../../protocol/runs';
import { MOST_SMOOTHING } from '../charts/smoothing';
import { isOutcome } from '../predictions/predictionFilter';
import { applyEvents, type RunProgress, startProgress } from './runProgress';

export interface ShownRun {
  folder: string;
  record: RunRecord;
  progress: RunProgress;
  /** The test rows; empty before the test. */
  predictions: readonly PredictionRecord[];
  /** The validation rows at the last validation. */
  validation?: ValidationPredictions;
}

/** Everything the page knows, built from the extension's messages alone. */
export interface PanelModel {
  connection: 'starting' | 'ready' | 'lost';
  runs: readonly RunSummary[];
  /** The extension has said which runs there are. */
  listed: boolean;
  run?: ShownRun;
  failure?: ErrorReport;
  /** The last reply to a try, whichever way it went. */
  trial?: Omit<Extract<ToPanel, { type: 'answer' }>, 'type'>;
}

export const EMPTY_MODEL: PanelModel = { connection: 'ready', runs: [], listed: false };

/** The model after one more message. Messages about another run than the one shown change nothing. */
export function receive(model: PanelModel, message: ToPanel): PanelModel {
  switch (message.type) {
    case 'run':
      return { ...model, run: openRun(message.detail), failure: undefined };
    case 'events': {
      const { run } = model;
      if (run?.folder !== message.folder) return model;
      return { ...model, run: { ...run, progress: applyEvents(run.progress, message.events) } };
    }
    case 'predictions': {
      const { run } = model;
      if (run?.folder !== message.folder) return model;
      const { split, step, predictions } = message;
      return {
        ...model,
        run: { ...run, ...(split === 'test' ? { predictions } : { validation: { step, predictions } }) },
      };
    }
    case 'runs':
      return { ...model, runs: message.runs, listed: true };
    case 'answer': {
      const { id, answer, error } = message;
      return { ...model, trial: { id, answer, error } };
    }
    case 'failure':
      return { ...model, failure: message.error };
    case 'connection':
      return { ...model, connection: message.state };
  }
}

/** run.json has the last word on the state: a process that was killed could not write that it was. */
export function openRun({ folder, record, events, predictions, validation }: RunDetail): ShownRun {
  const progress = applyEvents(startProgress('preparing'), events);
  return {
    folder,
    record,
    predictions,
    validation,
    progress: { ...progress, state: record.state, error: record.error ?? progress.error },
  };
}

export const TABS = ['overview', 'test', 'details'] as const;
export type Tab = (typeof TABS)[number];

/** What VS Code kept for this page, as far as it is usable. */
export function readPanelState(kept: unknown): PanelState {
  if (typeof kept !== 'object' || kept === null) return {};
  const { folder, tab, filter, outcome, expected, predicted, tried, smoothing, logarithmic, dismissed } =
    kept as Record<string, unknown>;
  return {
    folder: text(folder),
    tab: TABS.find((one) => one === tab),
    filter: text(filter),
    outcome: isOutcome(outcome) ? outcome : undefined,
    expected: text(expected),
    predicted: text(predicted),
    tried: texts(tried),
    smoothing: typeof smoothing === 'number' ? Math.min(MOST_SMOOTHING, Math.max(0, smoothing)) : undefined,
    logarithmic: logarithmic === true ? true : undefined,
    dismissed: Array.isArray(dismissed) ? dismissed.filter((one) => typeof one === 'string') : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one === 'string'));
}

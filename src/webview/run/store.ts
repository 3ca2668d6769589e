import type { ErrorReport } from '../../protocol/errors';
import type { PanelState, Side, ToPanel } from '../../protocol/panel';
import type { Playground } from '../../protocol/playground';
import type { TrialAnswer, TriedRow } from '../../protocol/requests';
import type {
  PredictionRecord,
  RunDetail,
  RunRecord,
  RunSummary,
  ValidationPredictions,
} from '../../protocol/runs';
import { MOST_SMOOTHING } from '../../protocol/smoothing';
import { isOutcome } from '../predictions/predictionFilter';
import { applyEvents, type RunProgress, startProgress } from './runProgress';
import { TABS } from './tab';

export interface ShownRun {
  folder: string;
  record: RunRecord;
  progress: RunProgress;
  /** The test rows; empty before the test. */
  predictions: readonly PredictionRecord[];
  /** The validation rows at the last validation. */
  validation?: ValidationPredictions;
}

/** An answer as it comes in: free text first as it is written. */
export interface GivenAnswer {
  text?: string;
  answer?: TrialAnswer;
  error?: ErrorReport;
}

export type Trial = { id: number } & Partial<Record<Side, GivenAnswer>>;

/** Everything the page knows, built from the extension's messages alone. */
export interface PanelModel {
  connection: 'starting' | 'ready' | 'lost';
  runs: readonly RunSummary[];
  /** The extension has said which runs there are. */
  listed: boolean;
  run?: ShownRun;
  failure?: ErrorReport;
  /** What came of the last try so far. */
  trial?: Trial;
  /** The row that was last taken from the dataset, or why there is none. */
  taken?: { row?: TriedRow; error?: ErrorReport };
  /** What is kept of the shown run's playground. */
  playground?: Playground;
}

export const EMPTY_MODEL: PanelModel = { connection: 'ready', runs: [], listed: false };

/** The model after one more message. Messages about another run than the one shown change nothing. */
export function receive(model: PanelModel, message: ToPanel): PanelModel {
  switch (message.type) {
    case 'run': {
      const run = openRun(message.detail);
      const same = run.folder === model.run?.folder;
      const another = { trial: undefined, taken: undefined, playground: undefined };
      return { ...model, run, failure: undefined, ...(!same && another) };
    }
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
      const { id, side, answer, error } = message;
      return { ...model, trial: given(model.trial, id, side, { answer, error }) };
    }
    case 'writing': {
      const { id, side, text } = message;
      return { ...model, trial: given(model.trial, id, side, { text }) };
    }
    case 'row':
      return { ...model, taken: { row: message.row, error: message.error } };
    case 'playground':
      return model.run?.folder === message.folder ? { ...model, playground: message.playground } : model;
    case 'failure':
      return { ...model, failure: message.error };
    case 'connection':
      return { ...model, connection: message.state };
    case 'show':
      return model; // what is in view is not part of the model
  }
}

/** Answers of an earlier try are of no use to a later one. */
function given(before: Trial | undefined, id: number, side: Side, news: GivenAnswer): Trial {
  const trial = before?.id === id ? before : { id };
  return { ...trial, [side]: { ...trial[side], ...news } };
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

/** What VS Code kept for this page, as far as it is usable. */
export function readPanelState(kept: unknown): PanelState {
  if (typeof kept !== 'object' || kept === null) return {};
  const { folder, tab, filter, outcome, expected, predicted, split, sort, tried, taken, smoothing, ...more } =
    kept as Record<string, unknown>;
  const { logarithmic, dismissed } = more;
  return {
    folder: text(folder),
    tab: TABS.find((one) => one === tab),
    filter: text(filter),
    outcome: isOutcome(outcome) ? outcome : undefined,
    expected: text(expected),
    predicted: text(predicted),
    split: split === 'validation' || split === 'test' ? split : undefined,
    sort: readSort(sort),
    tried: texts(tried),
    taken: readTaken(taken),
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

function readSort(value: unknown): PanelState['sort'] {
  const { key, descending } = (value ?? {}) as Record<string, unknown>;
  if (key !== 'row' && key !== 'loss' && key !== 'confidence') return undefined;
  return { key, descending: descending === true };
}

function readTaken(value: unknown): PanelState['taken'] {
  const { file, row, line, target } = (value ?? {}) as Record<string, unknown>;
  if (typeof row !== 'number' || typeof line !== 'number') return undefined;
  if (typeof file !== 'string' || typeof target !== 'string') return undefined;
  return { file, row, line, target };
}

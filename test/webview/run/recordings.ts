import type { Contender, LabelMetrics } from '../../../src/protocol/metrics';
import type { RunEvent, RunRecord, RunState } from '../../../src/protocol/runs';
import type { AlertFacts, AlertName } from '../../../src/webview/run/alertRule';
import { alertsOf } from '../../../src/webview/run/alerts';
import { applyEvents, startProgress } from '../../../src/webview/run/runProgress';
import { syntheticRun } from '../syntheticRun';
import recordings from './recordings.json';

// Curves of real runs, as they were recorded; `what` says of which model and data.

export type RecordingName = keyof typeof recordings;
export const RECORDINGS = Object.keys(recordings) as RecordingName[];

export interface Replay {
  /** Facts after so many steps, training under way. */
  after(steps: number): AlertFacts;
  /** At the end, with or without the test rows' answers. */
  end(state?: RunState): AlertFacts;
  steps: number;
}

export interface Changes {
  loss?: (loss: number, step: number) => number;
  gradientNorm?: (norm: number, step: number) => number;
  learningRate?: number;
  rows?: { train: number; validation: number; test: number };
}

export function replay(name: RecordingName, changes: Changes = {}): Replay {
  const recording = recordings[name];
  const { loss = (one) => one, gradientNorm = (one) => one } = changes;
  const record = recordOf(name, changes);
  const stepEvents = recording.loss.map(
    (value, i): RunEvent => ({
      type: 'step',
      time: (i + 1) * 1000,
      step: i + 1,
      loss: loss(value, i + 1),
      learningRate: recording.learningRate,
      gradientNorm: gradientNorm(recording.gradientNorm[i]!, i + 1),
      tokens: 400,
      seconds: 1,
    }),
  );
  const evaluations = (recording.validation as [number, Contender, number, number][]).map(
    ([step, contender, right, rows]): RunEvent & { step: number } => ({
      type: 'evaluation',
      time: step * 1000,
      step,
      split: 'validation',
      contender,
      metrics: metrics(right, rows),
    }),
  );
  const at = (steps: number, state: RunState, results: RunRecord['results']): AlertFacts => ({
    record: { ...record, results },
    progress: {
      ...applyEvents(startProgress(state), [
        ...evaluations.filter(({ step }) => step <= steps),
        ...stepEvents.slice(0, steps),
      ]),
      state,
    },
  });
  const results = Object.fromEntries(
    Object.entries(recording.test).map(([who, [right, rows]]) => [who, metrics(right!, rows!)]),
  );
  return {
    after: (steps) => at(steps, 'training', {}),
    end: (state = 'finished') => at(recording.loss.length, state, state === 'finished' ? results : {}),
    steps: recording.loss.length,
  };
}

/** The names of the alerts after each step, as a page that is open all the time shows them. */
export function alertsByStep(run: Replay): AlertName[][] {
  let shown = new Set<AlertName>();
  return Array.from({ length: run.steps }, (_, i) => {
    const names = alertsOf(run.after(i + 1), shown).map(({ name }) => name);
    shown = new Set(names);
    return names;
  });
}

function recordOf(name: RecordingName, changes: Changes): AlertFacts['record'] {
  const { learningRate, clip, warmup, steps, virtualTokens, rows } = recordings[name];
  const { record } = syntheticRun();
  const { task } = record;
  return {
    ...record,
    best: undefined,
    steps,
    data: { ...record.data, rows: changes.rows ?? rows },
    task: {
      ...task,
      method: { ...task.method, virtualTokens },
      training: {
        ...task.training,
        learningRate: changes.learningRate ?? learningRate,
        clip,
        warmup,
        length: { steps },
      },
    },
  };
}

export function metrics(right: number, rows: number): LabelMetrics {
  const half = 1.96 * Math.sqrt(((right / rows) * (1 - right / rows)) / rows);
  return {
    kind: 'label',
    rows,
    loss: 0.5,
    accuracy: right / rows,
    interval: [Math.max(0, right / rows - half), Math.min(1, right / rows + half)],
    macroF1: right / rows,
    classes: [],
    confusion: { labels: [], counts: [] },
  };
}

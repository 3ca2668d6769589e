import type { ErrorReport } from '../../protocol/errors';
import type { Contender, Metrics } from '../../protocol/metrics';
import { secondsLeft as estimate } from '../../protocol/pace';
import type { RunEvent, RunState } from '../../protocol/runs';
import { RUN_STATES } from './runStates';

/** The training steps as columns, the form that charts take. */
export interface Curve {
  step: number[];
  loss: number[];
  learningRate: number[];
  gradientNorm: number[];
  tokens: number[];
  seconds: number[];
  time: number[];
  /** Resident memory in bytes; null in steps of older versions. */
  memory: (number | null)[];
}

export interface Evaluation {
  step: number;
  split: 'validation' | 'test';
  contender: Contender;
  metrics: Metrics;
}

export interface Phase {
  name: string;
  done: number;
  total: number;
}

/** What the events of a run so far add up to. */
export interface RunProgress {
  state: RunState;
  error?: ErrorReport;
  /** Those of the present state, the one that moved last at the end. */
  phases: Phase[];
  /** What goes on besides steps: loading, validating, testing. */
  activity?: Phase;
  curve: Curve;
  /** Index in the curve of the first step since the run last started, was continued or resumed. */
  stretchStart: number;
  evaluations: Evaluation[];
  notices: { message: string; hint?: string; time: number; warning?: true }[];
  /** Steps from which the run was resumed. */
  resumedAt: number[];
  /** Steps after which training was paused. */
  pausedAt: number[];
  /** Time spent working, in ms: pauses and the time between interruption and resuming left out. */
  activeMs: number;
  lastTime?: number;
}

export function isDone({ done, total }: Phase): boolean {
  return total > 0 && done >= total;
}

export function startProgress(state: RunState, error?: ErrorReport): RunProgress {
  return {
    state,
    error,
    phases: [],
    curve: {
      step: [],
      loss: [],
      learningRate: [],
      gradientNorm: [],
      tokens: [],
      seconds: [],
      time: [],
      memory: [],
    },
    stretchStart: 0,
    evaluations: [],
    notices: [],
    resumedAt: [],
    pausedAt: [],
    activeMs: 0,
  };
}

/** The progress after some more events. The argument is left as it was; types it does not know are skipped. */
export function applyEvents(before: RunProgress, events: readonly RunEvent[]): RunProgress {
  const progress: RunProgress = {
    ...before,
    phases: [...before.phases],
    curve: mapCurve(before.curve, (column) => column.slice()),
    evaluations: [...before.evaluations],
    notices: [...before.notices],
    resumedAt: [...before.resumedAt],
    pausedAt: [...before.pausedAt],
  };
  for (const event of events) {
    countTime(progress, event);
    applyEvent(progress, event);
  }
  return progress;
}

function applyEvent(progress: RunProgress, event: RunEvent): void {
  switch (event.type) {
    case 'state':
      if (progress.state === 'paused' && event.state === 'training') beginStretch(progress);
      if (event.state === 'paused') progress.pausedAt.push(progress.curve.step.at(-1) ?? 0);
      progress.phases = [];
      progress.activity = undefined;
      progress.state = event.state;
      progress.error = event.error;
      break;
    case 'phase': {
      const phase = { name: event.phase, done: event.done, total: event.total };
      progress.phases = [...progress.phases.filter(({ name }) => name !== phase.name), phase];
      progress.activity = isDone(phase) ? undefined : phase;
      break;
    }
    case 'step':
      progress.activity = undefined;
      forgetStepsFrom(progress, event.step);
      appendStep(progress.curve, event);
      break;
    case 'evaluation': {
      const { step, split, contender, metrics } = event;
      progress.evaluations = progress.evaluations.filter(
        (one) => one.step !== step || one.split !== split || one.contender !== contender,
      );
      progress.evaluations.push({ step, split, contender, metrics });
      break;
    }
    case 'notice': {
      const { message, hint, time, warning } = event;
      if (!progress.notices.some((notice) => notice.message === message))
        progress.notices.push({ message, hint, time, ...(warning && { warning }) });
      break;
    }
    case 'resumed':
      forgetStepsFrom(progress, event.step + 1);
      progress.evaluations = progress.evaluations.filter(({ step }) => step <= event.step);
      progress.resumedAt.push(event.step);
      progress.pausedAt = progress.pausedAt.filter((step) => step <= event.step);
      beginStretch(progress);
      break;
  }
}

function countTime(progress: RunProgress, event: RunEvent): void {
  const { lastTime, state } = progress;
  const restarted = event.type === 'resumed' || (event.type === 'state' && event.state === 'preparing');
  if (lastTime !== undefined && !restarted && state !== 'paused' && RUN_STATES[state].live)
    progress.activeMs += Math.max(0, event.time - lastTime);
  progress.lastTime = event.time;
}

function beginStretch(progress: RunProgress): void {
  progress.stretchStart = progress.curve.step.length;
}

/** After a resume the steps since the checkpoint are done again: the new ones replace the old. */
function forgetStepsFrom(progress: RunProgress, step: number): void {
  const { curve } = progress;
  let length = curve.step.length;
  while (length > 0 && curve.step[length - 1]! >= step) length--;
  if (length === curve.step.length) return;
  progress.curve = mapCurve(curve, (column) => column.slice(0, length));
  progress.stretchStart = Math.min(progress.stretchStart, length);
}

function appendStep(curve: Curve, event: Extract<RunEvent, { type: 'step' }>): void {
  curve.step.push(event.step);
  curve.loss.push(event.loss);
  curve.learningRate.push(event.learningRate);
  curve.gradientNorm.push(event.gradientNorm);
  curve.tokens.push(event.tokens);
  curve.seconds.push(event.seconds);
  curve.time.push(event.time);
  curve.memory.push(event.memory ?? null);
}

function mapCurve(curve: Curve, change: <T>(column: T[]) => T[]): Curve {
  const { step, loss, learningRate, gradientNorm, tokens, seconds, time, memory } = curve;
  return {
    step: change(step),
    loss: change(loss),
    learningRate: change(learningRate),
    gradientNorm: change(gradientNorm),
    tokens: change(tokens),
    seconds: change(seconds),
    time: change(time),
    memory: change(memory),
  };
}

const RECENT_STEPS = 20;

/** Text tokens a second over the last steps; undefined before the first one. */
export function tokensPerSecond({ curve }: RunProgress): number | undefined {
  const tokens = sum(curve.tokens.slice(-RECENT_STEPS));
  const seconds = sum(curve.seconds.slice(-RECENT_STEPS));
  return seconds > 0 ? tokens / seconds : undefined;
}

/** Seconds until the last planned step at the present pace, validations included. */
export function secondsLeft({ curve, stretchStart }: RunProgress, steps: number): number | undefined {
  return estimate(curve, stretchStart, steps);
}

/** Seconds of work so far; a live run's time goes on between two events. */
export function elapsedSeconds(progress: RunProgress, now: number): number {
  const running = RUN_STATES[progress.state].live && progress.state !== 'paused';
  const since = running && progress.lastTime !== undefined ? Math.max(0, now - progress.lastTime) : 0;
  return (progress.activeMs + since) / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

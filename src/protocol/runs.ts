import * as z from 'zod/mini';
import type { ErrorReport } from './errors';
import type { Contender, Metrics } from './metrics';
import type { ModelKind } from './models';
import type { Precision } from './precision';
import type { ResolvedTask } from './taskFile';

/** `interrupted`: the process went away; the run can be resumed from its checkpoint. */
export type RunState =
  | 'preparing'
  | 'training'
  | 'paused'
  | 'testing'
  | 'finished'
  | 'cancelled'
  | 'failed'
  | 'interrupted';

/** States in which a process is working on the run. */
export const LIVE_STATES: readonly RunState[] = ['preparing', 'training', 'paused', 'testing'];

export interface VirtualTokenWords {
  /** Index of the virtual token. */
  token: number;
  /** Nearest words of the vocabulary by cosine similarity: a hint, not an explanation. */
  nearest: { word: string; similarity: number }[];
}

/** What stands for a class: one token, its whole label's likelihood, or that likelihood's mean over the label's tokens. */
export type LabelScoring = 'label-words' | 'whole-label' | 'whole-label-mean';

/** A hard prompt as it was chosen on the training rows. */
export interface HardPromptRecord {
  scoring: LabelScoring;
  /** Training rows that stand before each row, in their order. */
  examples?: { row: number; values: Record<string, string>; target: string }[];
}

/** run.json: what was run, and how it ended. */
export interface RunRecord {
  version: 1;
  /** Folder name: NAME-2026-11-22T10-15-30. */
  id: string;
  task: ResolvedTask;
  state: RunState;
  /** The process that works on the run, while it is live. */
  process?: number;
  /** Tells that process from a later one with the same number, where the system says. */
  processStart?: string;
  createdAt: string;
  endedAt?: string;
  softprompt: string;
  model: {
    name: string;
    path: string;
    hash: string;
    /** Absent in runs of older versions. */
    architecture?: string;
    kind?: ModelKind;
    parameters: number;
    hiddenSize: number;
    /** Width of a virtual token, where it is not the hidden size. */
    embeddingSize?: number;
    layers: number;
    /** Values that are tuned, where a class head is among them. */
    tuned?: number;
  };
  data: {
    hashes: Record<string, string>;
    rows: { train: number; validation: number; test: number };
    /** Rows left out, and why; the first hundred of a kind with their places. */
    leftOut: {
      count: number;
      reasons: Record<string, number>;
      rows?: { file: string; line: number; message: string }[];
    };
    /** Rows whose text was cut to fit the limit. */
    cutRows: number;
  };
  labelWords?: { label: string; word: string; tokens: number[] }[];
  device: {
    platform: string;
    cpu: string;
    threads: number;
    /** Of all that the run computes, hard prompts included; settled at its start. */
    precision: Precision;
    /** Why this one, to be read behind "int8:" or "float32:". Absent in runs of older versions. */
    precisionReason?: string;
    /** How many times as fast as float32 a layer of the model is in int8 there, where that was measured. */
    int8Speed?: number;
  };
  /** Planned optimiser steps. */
  steps: number;
  /** The step whose prompt is in adapter/. */
  best?: { step: number; score: number };
  results: Partial<Record<Contender, Metrics>>;
  /** Examples that the few-shot prompt had room for. Absent before the test, and in runs of older versions. */
  fewShotExamples?: number;
  /** The hard prompts of the test, to be asked again. Absent before it, and in runs of older versions. */
  hardPrompts?: Partial<Record<Exclude<Contender, 'tuned'>, HardPromptRecord>>;
  nearestWords?: VirtualTokenWords[];
  seconds?: { training: number; evaluation: number; total: number };
  error?: ErrorReport;
}

/** One line of metrics.jsonl, and what the host tells the panel while a run lives. `time` is in ms since 1970. */
export type RunEvent =
  | { type: 'state'; time: number; state: RunState; error?: ErrorReport }
  | { type: 'phase'; time: number; phase: string; done: number; total: number }
  | {
      type: 'step';
      time: number;
      step: number;
      /** Mean loss of the step's rows in nats, before the update. */
      loss: number;
      learningRate: number;
      gradientNorm: number;
      /** Text tokens of the step, padding not counted. */
      tokens: number;
      seconds: number;
      /** Resident memory of the process that trains, in bytes. Absent in runs of older versions. */
      memory?: number;
    }
  | {
      type: 'evaluation';
      time: number;
      step: number;
      split: 'validation' | 'test';
      contender: Contender;
      metrics: Metrics;
    }
  /** `warning`: something is amiss. */
  | { type: 'notice'; time: number; message: string; hint?: string; warning?: true }
  | { type: 'resumed'; time: number; step: number };

/** Only the envelope of a line from disk is checked; unknown types are for newer versions and are skipped. */
export const runEventEnvelope = z.looseObject({ type: z.string(), time: z.number() });

/** One line of predictions.jsonl. */
export interface PredictionRecord {
  /** Data row in its file, counted from 1 without the header. */
  row: number;
  /** Line in the file where the row starts, counted from 1. */
  line: number;
  file: string;
  text: string;
  expected: string;
  predicted: string;
  correct: boolean;
  /** Probability of the predicted label, or of the target's tokens (geometric mean) for free text. */
  confidence: number;
  /** Loss on the expected answer in nats. */
  loss: number;
  /** By label, for label targets. */
  probabilities?: Record<string, number>;
  /** Of a validation row: what the tuned prompt answered at the validation before. */
  previous?: { predicted: string; correct: boolean };
  /** What the best hard prompt answered. */
  baseline?: { contender: Contender; predicted: string; correct: boolean };
  /** Tokens cut to fit the limit. */
  cutTokens: number;
  /** Where the row stood in the run, where a file of its own was evaluated as a whole. */
  split?: 'train' | 'validation' | 'test';
}

/** The validation rows as the tuned prompt answered them last. */
export interface ValidationPredictions {
  step: number;
  predictions: PredictionRecord[];
}

/** A line of the sidebar and of `softprompt runs`. */
export interface RunSummary {
  id: string;
  /** Absolute path of the run's folder. */
  folder: string;
  task: string;
  taskFile: string;
  state: RunState;
  createdAt: string;
  step: number;
  steps: number;
  /** Headline score on the test rows once tested, else the best on validation. */
  score?: number;
  scoreOn?: 'test' | 'validation';
  /** Best hard prompt's headline score on the test rows. */
  baseline?: number;
  modelName: string;
}

/** Everything a page needs to show a run. */
export interface RunDetail {
  folder: string;
  record: RunRecord;
  events: RunEvent[];
  /** The test rows; empty before the test. */
  predictions: PredictionRecord[];
  /** Absent before the first validation, and in runs of older versions. */
  validation?: ValidationPredictions;
}

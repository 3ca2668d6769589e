import type { Place } from './errors';

/** Something a person should look at: in a dataset, a task file, or a run. */
export interface Problem {
  severity: 'error' | 'warning' | 'information';
  /** Stable name, for filters and tests: `missing-label`, `bad-row`, `cut-row`, … */
  kind: string;
  message: string;
  place: Place;
  hint?: string;
  /** The name that the one at its place was most likely meant to be. */
  suggestion?: string;
  /** The other place that it is about: the first row with this text, the training row of a test row. */
  related?: Place;
}

export interface ColumnSummary {
  name: string;
  /** `class`: few distinct short values that repeat; `text`: anything else written; `number`; `empty`. */
  kind: 'class' | 'text' | 'number' | 'empty';
  distinct: number;
  missing: number;
  /** Mean length in characters. */
  meanLength: number;
  /** The classes and their counts, most frequent first; at most 200. */
  classes?: { value: string; count: number }[];
  examples: string[];
}

export interface DatasetSummary {
  file: string;
  format: 'csv' | 'tsv' | 'jsonl' | 'json' | 'parquet';
  rows: number;
  columns: ColumnSummary[];
  /** The columns a task would take when the user says nothing. */
  suggested?: { target: string; template: string };
  problems: Problem[];
}

/** A row's prompt as the model sees it. */
export interface RenderedPrompt {
  row: number;
  /** Text before and after the virtual tokens. */
  segments: ({ kind: 'text'; text: string } | { kind: 'virtual-tokens'; count: number })[];
  target: string;
  labelWords?: { label: string; word: string }[];
  /** A class head is trained: its classes start from their label words, and are not written. */
  classHead?: boolean;
  tokens: number;
  /** Tokens that were cut from the longest hole; 0 when the row fits. */
  cutTokens: number;
}

/** A row of a dataset as it stands in its file; lengths are in tokens of the task's model, the virtual ones not counted. */
export interface RowFacts {
  /** Counts from 1, without the header. */
  row: number;
  /** Lines that it starts and ends in, from 1. */
  line: number;
  endLine: number;
  /** Of its prompt, cut to the limit. Absent where no task reads the row. */
  tokens?: number;
  cutTokens?: number;
}

/** What a run's best prompt answered to a row, as the row stands in its file now. */
export interface RowPrediction {
  row: number;
  line: number;
  endLine: number;
  expected: string;
  predicted: string;
  correct: boolean;
  /** Probability of the predicted label; for free text, of the expected answer's tokens (geometric mean). */
  confidence: number;
  /** By label, the largest first; not all where there are many. Absent for free text and in very large files. */
  probabilities?: Record<string, number>;
  /** Where the row stood in the run: the prompt was tuned on training rows, and chosen on validation rows. */
  split?: 'train' | 'validation' | 'test';
}

/** A run's answers to rows of a dataset, by line. */
export interface DatasetPredictions {
  /** The run's folder. */
  run: string;
  task: string;
  taskFile: string;
  kind: 'label' | 'text';
  rows: RowPrediction[];
  /** Answers to rows that read otherwise now, or are gone. */
  stale: number;
}

/** A file of a run's answers to a dataset that cannot be read any more. */
export interface DamagedAnswers {
  /** The run's folder. */
  run: string;
  file: string;
  /** Where that shows, if it shows at a line. */
  line?: number;
}

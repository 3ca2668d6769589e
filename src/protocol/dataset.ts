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

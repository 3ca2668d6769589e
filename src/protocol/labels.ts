/** A row whose label the model, tuned on other rows, contradicts. */
export interface SuspiciousLabel {
  /** Absolute path of its dataset file. */
  file: string;
  /** Counted from 1, without the header. */
  row: number;
  line: number;
  text: string;
  given: string;
  predicted: string;
  /** Probability of `predicted`, and of `given`. */
  confidence: number;
  givenConfidence: number;
  /** What has become of it: still to be looked at, found right by a person, left out by the task, or no longer there as it was. */
  state: 'open' | 'dismissed' | 'excluded' | 'gone';
}

/** What the last look at a task's labels found, by the dataset as it is now. */
export interface LabelReview {
  taskFile: string;
  createdAt: string;
  /** Rows that were looked at, and the share of them that the model got as labelled. */
  rows: number;
  accuracy: number;
  /** How often it was tuned, and for how many steps each time. */
  folds: number;
  steps: number;
  seconds: number;
  /** The most suspicious first. */
  labels: SuspiciousLabel[];
}

export interface LabelProgress {
  taskFile: string;
  phase: 'opening model' | 'tuning' | 'reading rows';
  /** From 1. */
  fold: number;
  folds: number;
  /** Steps of a tuning, rows of a reading. */
  done: number;
  total: number;
  /** Of the whole, from 0 to 1. */
  share: number;
}

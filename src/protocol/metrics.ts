/** Two-sided 95 % Wilson score interval of a proportion. */
export type Interval = [low: number, high: number];

export interface ClassMetrics {
  label: string;
  precision: number;
  recall: number;
  f1: number;
  /** Rows of this class. */
  support: number;
}

export interface LabelMetrics {
  kind: 'label';
  rows: number;
  /** Mean cross-entropy in nats. */
  loss: number;
  accuracy: number;
  interval: Interval;
  macroF1: number;
  classes: ClassMetrics[];
  /** `counts[expected][predicted]`, in the order of `labels`. */
  confusion: { labels: string[]; counts: number[][] };
}

export interface TextMetrics {
  kind: 'text';
  rows: number;
  /** Mean cross-entropy of a target token in nats. */
  loss: number;
  /** Part of the rows whose generated text equals the target, white space aside. */
  exactMatch: number;
  interval: Interval;
  /** Mean token-level F1 between generated and target words. */
  wordF1: number;
}

export type Metrics = LabelMetrics | TextMetrics;

/** Who answered: the tuned soft prompt, or a hard prompt it has to beat. */
export type Contender = 'tuned' | 'zero-shot' | 'few-shot';

/** The one figure a run is judged by: accuracy, or word F1 for free text. */
export function headlineScore(metrics: Metrics): number {
  return metrics.kind === 'label' ? metrics.accuracy : metrics.wordF1;
}

import type { LossCurve } from '../../protocol/lossCurve';
import type { RunRecord, RunState } from '../../protocol/runs';
import type { PairedComparison } from './pairedComparison';
import type { Curve, Evaluation } from './runProgress';

export type AlertName =
  | 'diverging'
  | 'not-learning'
  | 'plateau'
  | 'gradients'
  | 'below-baseline'
  | 'unclear'
  | 'few-rows';

export interface Alert {
  name: AlertName;
  title: string;
  /** The figures behind it. */
  seen: string;
  /** What to do about it, concretely. */
  advice: string;
  /** The setting of the task file that the advice is about. */
  setting: string;
}

export interface AlertFacts {
  record: Pick<RunRecord, 'task' | 'steps' | 'results' | 'data' | 'best' | 'labelWords'>;
  progress: {
    state: RunState;
    curve: Pick<Curve, 'step' | 'loss' | 'gradientNorm' | 'time'>;
    evaluations: Evaluation[];
  };
  /** On the test rows, once there are answers. */
  paired?: PairedComparison;
}

/** The curve as the rules see it. */
export interface View extends AlertFacts, LossCurve {
  /** Steps done. */
  done: number;
  /** Whether this alert is shown already. */
  shown: boolean;
}

export type Rule = (view: View) => Omit<Alert, 'name'> | undefined;

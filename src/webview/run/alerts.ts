import type { RunRecord, RunState } from '../../protocol/runs';
import { smooth } from '../charts/smoothing';
import { noiseOf } from './alertFigures';
import { CURVE_RULES } from './curveAlerts';
import type { Curve, Evaluation } from './runProgress';
import { SCORE_RULES } from './scoreAlerts';
import type { PairedComparison } from './signTest';

// What a reader of curves would say, as rules. Each has one threshold at which it speaks up and a lower one at which it is
// silent again, so that nothing flickers. The thresholds were tried on recorded runs: test/webview/run/recordings.json.

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
export interface View extends AlertFacts {
  /** Steps done. */
  done: number;
  smoothed: number[];
  /** Standard deviation of the smoothed line, from how far the last steps scatter around it. */
  noise: number;
  /** Whether this alert is shown already. */
  shown: boolean;
}

export type Rule = (view: View) => Omit<Alert, 'name'> | undefined;

const RULES: Record<AlertName, Rule> = { ...CURVE_RULES, ...SCORE_RULES };

/** Where the first is said, the second goes without saying. */
const SILENCES: Partial<Record<AlertName, readonly AlertName[]>> = {
  'not-learning': ['diverging', 'plateau', 'gradients', 'below-baseline', 'few-rows', 'unclear'],
  diverging: ['plateau', 'gradients'],
  'below-baseline': ['few-rows'],
  unclear: ['few-rows'],
};

/** What there is to say of a run now. `shown` are the alerts that stand there already. */
export function alertsOf(facts: AlertFacts, shown: ReadonlySet<AlertName>): Alert[] {
  const { curve, state } = facts.progress;
  if (state === 'preparing' || curve.step.length === 0) return [];
  const smoothed = smooth(curve.loss);
  const view = { ...facts, done: curve.step.length, smoothed, noise: noiseOf(curve.loss, smoothed) };
  const alerts: Alert[] = [];
  for (const [name, rule] of Object.entries(RULES) as [AlertName, Rule][]) {
    if (alerts.some((one) => SILENCES[one.name]?.includes(name))) continue;
    const alert = rule({ ...view, shown: shown.has(name) });
    if (alert) alerts.push({ name, ...alert });
  }
  return alerts;
}

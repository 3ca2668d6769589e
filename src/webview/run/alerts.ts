import { lossCurve } from '../../protocol/lossCurve';
import type { Alert, AlertFacts, AlertName, Rule } from './alertRule';
import { CURVE_RULES } from './curveAlerts';
import { SCORE_RULES } from './scoreAlerts';

// What a reader of curves would say, as rules. Each has one threshold at which it speaks up and a lower one at which it is
// silent again, so that nothing flickers. The thresholds were tried on recorded runs: test/webview/run/recordings.json.

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
  const view = { ...facts, ...lossCurve(curve.loss), done: curve.step.length };
  const alerts: Alert[] = [];
  for (const [name, rule] of Object.entries(RULES) as [AlertName, Rule][]) {
    if (alerts.some((one) => SILENCES[one.name]?.includes(name))) continue;
    const alert = rule({ ...view, shown: shown.has(name) });
    if (alert) alerts.push({ name, ...alert });
  }
  return alerts;
}

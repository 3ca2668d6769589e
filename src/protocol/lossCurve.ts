import { smooth } from './smoothing';

// What a reader of a loss curve sees, for the alerts of the panel and of the sidebar. Each question has one threshold at
// which the answer is yes and a lower one at which it is no again, for those who were `told`: so that nothing flickers. The
// thresholds were tried on recorded runs: test/webview/run/recordings.json.

/** A run's losses, one a step, in nats. */
export interface LossCurve {
  loss: readonly number[];
  smoothed: readonly number[];
  /** Standard deviation of the smoothed line, from how far the last steps scatter around it. */
  noise: number;
}

/** Steps that the smoothed line needs to mean something. */
const SETTLED = 5;
/** Steps that count as the present. */
const RECENT = 50;
/** Standard deviation of the moving average over that of its values: √((1 − w) / (1 + w)), w = 0.9. */
const SMOOTHED_NOISE = 0.23;

export function lossCurve(loss: readonly number[]): LossCurve {
  const smoothed = smooth(loss);
  return { loss, smoothed, noise: noiseOf(loss, smoothed) };
}

/** Index of the first loss that is no number. */
export function brokenAt({ loss }: LossCurve): number | undefined {
  const at = loss.findIndex((one) => !Number.isFinite(one));
  return at < 0 ? undefined : at;
}

/** Where the smoothed line was lowest, as an index, if it has clearly risen since. */
export function risenSince({ smoothed, noise }: LossCurve, told: boolean): number | undefined {
  const done = smoothed.length;
  if (done < 2 * SETTLED) return undefined;
  const low = lowest(smoothed, SETTLED - 1, done);
  const much = Math.max(0.2, 0.4 * low.value, 6 * noise);
  return smoothed[done - 1]! - low.value < (told ? much / 2 : much) ? undefined : low.at;
}

/** The last steps, as their number, if the smoothed line got no lower in them than before. `planned`: steps of the whole run. */
export function stillFor({ smoothed, noise }: LossCurve, planned: number, told: boolean): number | undefined {
  const stretch = Math.max(30, Math.ceil(planned * 0.25));
  const before = smoothed.length - stretch;
  if (before < 4 * SETTLED) return undefined;
  const low = lowest(smoothed, SETTLED - 1, before).value;
  const better = low - lowest(smoothed, before, smoothed.length).value;
  const little = Math.max(0.02 * low, noise);
  return low < 0.05 || better > (told ? 2 * little : little) ? undefined : stretch;
}

/** Whether the last quarter of the steps brought the loss down. */
export function falls({ smoothed }: LossCurve): boolean {
  const done = smoothed.length;
  return smoothed[done - 1]! < 0.95 * smoothed[Math.max(0, Math.floor(done * 0.75) - 1)]!;
}

/** From which step on validation should have passed what a hard prompt does: a little later while the loss falls. */
export function dueToLead(curve: LossCurve, planned: number): number {
  return planned * (falls(curve) ? 0.8 : 0.5);
}

function noiseOf(loss: readonly number[], smoothed: readonly number[]): number {
  const from = Math.max(0, loss.length - RECENT);
  let sum = 0;
  for (let i = from; i < loss.length; i++) sum += (loss[i]! - smoothed[i]!) ** 2;
  return SMOOTHED_NOISE * Math.sqrt(sum / Math.max(1, loss.length - from));
}

function lowest(values: readonly number[], from: number, to: number): { value: number; at: number } {
  let at = from;
  for (let i = from; i < to; i++) if (values[i]! < values[at]!) at = i;
  return { value: values[at]!, at };
}

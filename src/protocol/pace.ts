/** Steps of a run as columns: their numbers, when they ended (ms since 1970), and how long they took (seconds). */
export interface StepTimes {
  step: readonly number[];
  time: readonly number[];
  seconds: readonly number[];
}

const RECENT_STEPS = 20;

/**
 * Seconds until the last planned step: the pace of the last steps, and what came between steps (validations,
 * checkpoints) as often as it did so far. `start`: index of the first step since the run was last started, continued or
 * resumed. Undefined before the first step.
 */
export function secondsLeft(
  { step, time, seconds }: StepTimes,
  start: number,
  planned: number,
): number | undefined {
  const last = step.length - 1;
  if (last < 0) return undefined;
  const first = Math.min(start, last);
  const recent = seconds.slice(Math.max(first, last + 1 - RECENT_STEPS));
  const pace = sum(recent) / recent.length;
  const elapsed = (time[last]! - time[first]!) / 1000;
  const between = last > first ? Math.max(0, elapsed - sum(seconds.slice(first + 1))) / (last - first) : 0;
  return Math.max(0, planned - step[last]!) * (pace + between);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

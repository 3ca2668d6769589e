import { describe, expect, it } from 'vitest';
import { secondsLeft } from '../../src/protocol/pace';

/** Steps of two seconds, with ten more for a validation after every tenth. */
function steps(count: number, seconds = 2) {
  let time = 1_000_000;
  const made = { step: [] as number[], time: [] as number[], seconds: [] as number[] };
  for (let step = 1; step <= count; step++) {
    time += seconds * 1000;
    made.step.push(step);
    made.time.push(time);
    made.seconds.push(seconds);
    if (step % 10 === 0) time += 10_000;
  }
  return made;
}

describe('secondsLeft', () => {
  it('counts validations as often as they came', () => {
    // 41 steps with 4 validations: 40 intervals hold 40 s of validations, one second a step.
    expect(secondsLeft(steps(41), 0, 100)).toBeCloseTo(59 * 3, 9);
  });

  it('is the pace of the one step there is', () => {
    expect(secondsLeft(steps(1), 0, 11)).toBe(20);
    expect(secondsLeft(steps(0), 0, 11)).toBeUndefined();
  });

  it('follows the last steps, and leaves out what was before the stretch', () => {
    const { step, time, seconds } = steps(40, 8);
    const later = time[39]! + 3_600_000; // paused for an hour
    for (let next = 1; next <= 5; next++) {
      step.push(40 + next);
      time.push(later + next * 1000);
      seconds.push(1);
    }
    expect(secondsLeft({ step, time, seconds }, 40, 55)).toBeCloseTo(10, 9);
  });

  it('is never negative', () => expect(secondsLeft(steps(5), 0, 3)).toBe(0));
});

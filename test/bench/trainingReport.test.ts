import { describe, expect, it } from 'vitest';
import type { TrainingRecord } from '../../bench/compare/trainingRecord';
import {
  smoothed,
  timeTo,
  trainingFigures,
  trainingPicture,
  trainingTable,
} from '../../bench/compare/trainingReport';
import { STOCK, VARIANTS } from '../../bench/compare/variants';

/** Four steps of ten rows, looked at before, between and after. */
function record(variant: string, seed: number, step: number, accuracies: number[]): TrainingRecord {
  return {
    setting: 'test',
    variant,
    seed,
    date: '2026-01-01',
    machine: { processor: 'none', cores: 1, threads: 1, loadBefore: 0 },
    opened: 1,
    rowsAStep: 10,
    losses: [4, 3, 2, 1],
    seconds: [step, step, step, step],
    looks: accuracies.map((accuracy, i) => ({ step: 2 * i, accuracy, loss: 0 })),
    lookRows: 100,
    peak: 500,
  };
}

const ours = VARIANTS[3]!.name;
const records = [
  record(STOCK.name, 0, 3, [0.7, 0.8, 0.9]),
  record(ours, 0, 1, [0.9, 0.86, 0.85]),
  record(ours, 1, 2, [0.7, 0.8, 0.87]),
];

describe('a training', () => {
  it('reaches the target at the first look after some training', () => {
    expect(timeTo(records[0]!, 0.86)).toEqual({ steps: 4, seconds: 12 });
    expect(timeTo(records[1]!, 0.86)).toEqual({ steps: 2, seconds: 2 });
    expect(timeTo(records[1]!, 0.95)).toBeUndefined();
  });

  it('is told as the mean of its seeds, beside stock PEFT', () => {
    const [stock, own] = trainingFigures(records, 0.86);
    expect(stock!.perThousandRows).toBe(300);
    expect(own!.perThousandRows).toBe(150);
    expect(own!.target).toEqual({ steps: 3, seconds: 5 });
    expect(own!.timesStock).toEqual({ rows: 2, target: 2.4 });
    expect(own!.finalAccuracies).toEqual([0.85, 0.87]);
    expect(own!.looks[2]!.accuracy).toBeCloseTo(0.86);
    expect(trainingTable([stock!, own!], 0.86)[2]![0]).toBe(`${ours} (2 seeds)`);
  });

  it('has no time to a target that one seed did not reach', () => {
    const [, own] = trainingFigures(records, 0.865);
    expect(own!.target).toBeUndefined();
    expect(own!.timesStock!.target).toBeUndefined();
  });

  it('is drawn with a line for each seed and one for their mean', () => {
    const picture = trainingPicture(records);
    expect(picture.match(/stroke-opacity="0.3"/g)).toHaveLength(4);
    expect(picture).toContain(ours);
    expect(picture).not.toContain('NaN');
  });
});

describe('smoothing', () => {
  it('takes the mean of the values around, fewer at the ends', () => {
    expect(smoothed([1, 2, 6, 4], 3)).toEqual([1.5, 3, 4, 5]);
  });
});

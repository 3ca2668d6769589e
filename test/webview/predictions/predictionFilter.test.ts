import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countOutcomes,
  NO_FILTER,
  predictionsCsv,
  selectPredictions,
} from '../../../src/webview/predictions/predictionFilter';
import { syntheticRun } from '../syntheticRun';

const { predictions } = syntheticRun();
const byRow = { key: 'row', descending: false } as const;

describe('choosing predictions', () => {
  test('by outcome, in the numbers that are shown on the buttons', () => {
    const counts = countOutcomes(predictions);
    expect(counts.right + counts.wrong).toBe(counts.all);
    for (const outcome of ['all', 'right', 'wrong', 'fixed', 'broken'] as const)
      expect(selectPredictions(predictions, { ...NO_FILTER, outcome }, byRow)).toHaveLength(counts[outcome]);
    const tuned = predictions.filter(({ correct }) => correct).length;
    const hard = predictions.filter(({ baseline }) => baseline?.correct).length;
    expect(counts.right).toBe(tuned);
    expect(counts.fixed).toBeGreaterThan(counts.broken);
    expect(counts.fixed - counts.broken).toBe(tuned - hard);
  });

  test('by class and words, upper and lower case alike', () => {
    const chosen = selectPredictions(
      predictions,
      { outcome: 'all', search: ' PARCEL ', expected: 'delivery', predicted: 'delivery' },
      byRow,
    ).map((index) => predictions[index]!);
    expect(chosen.length).toBeGreaterThan(0);
    for (const one of chosen) {
      expect(one).toMatchObject({ expected: 'delivery', predicted: 'delivery' });
      expect(one.text).toMatch(/parcel/i);
    }
  });

  test('sorts by loss, equal ones in file order', () => {
    const order = selectPredictions(predictions, NO_FILTER, { key: 'loss', descending: true });
    const losses = order.map((index) => predictions[index]!.loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    const same = predictions.map((one) => ({ ...one, loss: 1 }));
    expect(selectPredictions(same, NO_FILTER, { key: 'loss', descending: true })).toEqual(
      same.map((_, i) => i),
    );
  });
});

test('the CSV of predictions reads back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1 }), (texts) => {
      const rows = texts.map(([text, expected]) => ({ ...predictions[0]!, text, expected }));
      const read = parse(predictionsCsv(rows), { columns: true, record_delimiter: '\r\n' }) as Record<
        string,
        string
      >[];
      expect(read.map(({ text, expected }) => [text, expected])).toEqual(texts);
    }),
  );
});

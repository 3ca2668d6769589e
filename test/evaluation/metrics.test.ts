import { describe, expect, it } from 'vitest';
import { labelMetrics, textMetrics, wilson } from '../../src/engine/evaluation/metrics';
import { sameText, wordF1 } from '../../src/protocol/texts';

const LABELS = ['a', 'b', 'c', 'd', 'e'];
const outcomes = (expected: string, predicted: string) =>
  expected
    .split(' ')
    .map((label, row) => ({ expected: label, predicted: predicted.split(' ')[row]!, loss: row }));

describe('wilson', () => {
  // statsmodels 0.14: proportion_confint(successes, trials, method='wilson')
  it.each([
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371106, 1],
    [7, 10, 0.39677814746114537, 0.8922087325936989],
    [413, 500, 0.790318402100132, 0.8567105279189359],
    [1, 3, 0.06149194472039626, 0.7923403991979523],
  ])('%i of %i', (successes, trials, low, high) => {
    const interval = wilson(successes, trials);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  it('knows nothing without trials', () => {
    expect(wilson(0, 0)).toEqual([0, 1]);
  });
});

describe('labelMetrics', () => {
  // scikit-learn 1.x: precision_recall_fscore_support(…, labels=list('abcde'), zero_division=0),
  // f1_score(average='macro', zero_division=0), confusion_matrix(labels=list('abcde'))
  it('agrees with scikit-learn', () => {
    const metrics = labelMetrics(outcomes('a a a a b b b c c d', 'a a b c b b a c d a'), LABELS);
    expect(metrics.accuracy).toBe(0.5);
    expect(metrics.loss).toBe(4.5);
    expect(metrics.rows).toBe(10);
    expect(metrics.interval).toEqual(wilson(5, 10));
    // `d` is expected and never right, `e` occurs nowhere: only `d` pulls the mean down.
    expect(metrics.macroF1).toBeCloseTo(0.41666666666666663, 12);
    expect(metrics.classes.map(({ precision }) => precision)).toEqual([0.5, 2 / 3, 0.5, 0, 0]);
    expect(metrics.classes.map(({ recall }) => recall)).toEqual([0.5, 2 / 3, 0.5, 0, 0]);
    expect(metrics.classes.map(({ support }) => support)).toEqual([4, 3, 2, 1, 0]);
    expect(metrics.confusion.counts).toEqual([
      [2, 1, 1, 0, 0],
      [1, 2, 0, 0, 0],
      [0, 0, 1, 1, 0],
      [1, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ]);
  });

  it('counts a label that is only ever predicted', () => {
    const metrics = labelMetrics(outcomes('a a a a b b b c c d a', 'a a b c b b a c d a e'), LABELS);
    expect(metrics.macroF1).toBeCloseTo(0.32222222222222224, 12);
    expect(metrics.classes[0]).toEqual({ label: 'a', precision: 0.5, recall: 0.4, f1: 4 / 9, support: 5 });
  });

  it('stays finite without rows', () => {
    const metrics = labelMetrics([], LABELS);
    expect([metrics.accuracy, metrics.macroF1, metrics.loss]).toEqual([0, 0, 0]);
  });
});

describe('texts', () => {
  it('are the same when only white space differs', () => {
    expect(sameText(' Late  parcel\n', 'Late parcel')).toBe(true);
    expect(sameText('Late parcel', 'late parcel')).toBe(false);
  });

  it.each([
    ['Late parcel', 'late parcel!', 1],
    // 2 shared of 3 wanted and 5 given words: 2 · 2 / 8
    ['where is it', 'is it really really late', 0.5],
    // a word counts as often as both have it
    ['no no', 'no', 2 / 3],
    ['Grüße', 'grüße', 1],
    ['', '', 1],
    ['', 'x', 0],
    ['?', '!', 0],
  ])('word F1 of %j and %j', (expected, predicted, f1) => {
    expect(wordF1(expected, predicted)).toBeCloseTo(f1, 12);
  });

  it('loss is the mean over all tokens', () => {
    const metrics = textMetrics([
      { expected: 'a b', predicted: 'a b', loss: 2, tokens: 1 },
      { expected: 'c', predicted: 'd', loss: 4, tokens: 3 },
    ]);
    expect(metrics).toEqual({
      kind: 'text',
      rows: 2,
      loss: 1.5,
      exactMatch: 0.5,
      interval: wilson(1, 2),
      wordF1: 0.5,
    });
  });
});

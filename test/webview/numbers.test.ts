import { describe, expect, test } from 'vitest';
import { niceScale } from '../../src/webview/charts/intervalPlot';
import {
  formatDuration,
  formatNumber,
  formatParameters,
  formatPercent,
  formatPoints,
  formatRows,
} from '../../src/webview/kit/format';
import { contrast, mix, parseColour, readableOn } from '../../src/webview/kit/theme';
import { promptText, templateColumns, templateParts } from '../../src/webview/playground/templateHoles';
import { comparePaired } from '../../src/webview/run/pairedComparison';
import { standingOf } from '../../src/webview/run/standing';
import { EMPTY_MODEL, receive } from '../../src/webview/run/store';
import { signTest } from '../../src/webview/statistics/signTest';
import { syntheticRun } from './syntheticRun';

test('the sign test gives the exact binomial probabilities', () => {
  // 2 · Σ C(n, k) / 2ⁿ in exact fractions (Python's math.comb and fractions.Fraction).
  expect(signTest(0, 0)).toBe(1);
  expect(signTest(5, 5)).toBe(1);
  expect(signTest(1, 9)).toBeCloseTo(0.021484375, 12);
  expect(signTest(31, 4)).toBeCloseTo(3.4654513001441956e-6, 14);
  expect(signTest(1100, 1000)).toBeCloseTo(0.030720707864242296, 10);
  expect(signTest(2000, 1500)).toBeLessThan(1e-16);
});

test('fixed and broken rows are counted against the hard prompt', () => {
  const { predictions } = syntheticRun();
  const pairs = comparePaired(predictions)!;
  expect(pairs.against).toBe('few-shot');
  const tuned = predictions.filter(({ correct }) => correct).length;
  const hard = predictions.filter(({ baseline }) => baseline?.correct).length;
  expect(pairs.fixed - pairs.broken).toBe(tuned - hard);
  expect(comparePaired([])).toBeUndefined();
});

describe('where the tuned prompt stands', () => {
  const opened = (options: Parameters<typeof syntheticRun>[0]) => {
    const { record, progress } = receive(EMPTY_MODEL, { type: 'run', detail: syntheticRun(options) }).run!;
    return standingOf(record, progress);
  };

  test('on the test rows once there are results, on validation before, nowhere before that', () => {
    expect(opened({ state: 'finished' })).toMatchObject({
      split: 'test',
      bestHard: { contender: 'few-shot' },
    });
    const training = opened({ state: 'training', step: 48 })!;
    expect(training).toMatchObject({ split: 'validation', bestHard: { contender: 'few-shot' } });
    expect(training.tuned!.score).toBeGreaterThan(training.bestHard!.score);
    expect(opened({ state: 'preparing' })).toBeUndefined();
  });
});

test('templates: holes, braces, repeated columns', () => {
  expect(templateParts('a {x} {{b}} {y}{x}')).toEqual([
    { kind: 'text', text: 'a ' },
    { kind: 'hole', column: 'x' },
    { kind: 'text', text: ' {b} ' },
    { kind: 'hole', column: 'y' },
    { kind: 'hole', column: 'x' },
  ]);
  expect(templateColumns('a {x} {{b}} {y}{x}')).toEqual(['x', 'y']);
  expect(templateColumns('none')).toEqual([]);
});

test('a mask is no column, and no text of the template', () => {
  expect(templateParts('{x} is {mask}, {{mask}}')).toEqual([
    { kind: 'hole', column: 'x' },
    { kind: 'text', text: ' is ' },
    { kind: 'mask' },
    { kind: 'text', text: ', {mask}' },
  ]);
  expect(templateColumns('{x} is {mask}')).toEqual(['x']);
});

test('the prompt of a task is its template, or its messages under who says them', () => {
  expect(promptText({ template: 'a {x}' })).toBe('a {x}');
  const messages = [
    { role: 'system' as const, content: 'Be {how}.' },
    { role: 'user' as const, content: '{x}' },
  ];
  expect(promptText({ messages })).toBe('system: Be {how}.\n\nuser: {x}');
  expect(templateColumns(promptText({ messages }))).toEqual(['how', 'x']);
});

test('numbers as people read them', () => {
  expect(formatPercent(0.9071)).toBe('90.7 %');
  expect(formatPoints(-0.193)).toBe('19.3 points');
  expect(formatPoints(0.01)).toBe('1.0 point');
  expect(formatRows(1)).toBe('1 row');
  expect(formatRows(12345)).toBe('12,345 rows');
  expect(formatNumber(0.512347)).toBe('0.5123');
  expect(formatNumber(0.00003)).toBe('3.0e-5');
  expect(formatNumber(0)).toBe('0');
  expect(formatNumber(Number.NaN)).toBe('NaN');
  expect([8, 125, 4020].map(formatDuration)).toEqual(['8 s', '2 min 05 s', '1 h 07 min']);
  expect([134_515_008, 1_711_376_384, 128].map(formatParameters)).toEqual(['135M', '1.7B', '128']);
});

test('scales hold their range, within 0 and 1', () => {
  for (const [low, high] of [
    [0.52, 0.96],
    [0.9, 1],
    [0, 0.03],
    [0.5, 0.5],
    [0, 1],
    [1, 1],
  ] as const) {
    const scale = niceScale(low, high);
    expect(scale.low).toBeLessThanOrEqual(low + 1e-9);
    expect(scale.high).toBeGreaterThanOrEqual(Math.min(1, high) - 1e-9);
    expect(scale.low).toBeGreaterThanOrEqual(0);
    expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
    expect(scale.ticks.length).toBeLessThanOrEqual(7);
  }
});

test('text on any mixture of colours can be read', () => {
  const colours = ['rgb(137, 209, 133)', 'rgb(241, 76, 76)', 'color(srgb 0.2 0.5 0.9)', 'rgba(0, 0, 0, 0.5)'];
  for (const one of colours)
    for (const under of [parseColour('rgb(31, 31, 31)'), parseColour('rgb(255, 255, 255)')])
      for (let share = 0; share <= 1; share += 0.1) {
        const background = mix(parseColour(one), under, share);
        const ink = readableOn(background, parseColour('rgb(157, 157, 157)'));
        expect(contrast(background, ink)).toBeGreaterThanOrEqual(4.5);
      }
});

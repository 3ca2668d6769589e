import { describe, expect, it } from 'vitest';
import { comparisonTable, mistakes, verdict } from '../../src/cli/comparison';
import { labelMetrics, textMetrics } from '../../src/engine/evaluation/metrics';
import type { Metrics } from '../../src/protocol/metrics';
import type { PredictionRecord, RunRecord } from '../../src/protocol/runs';
import { smallTask } from '../evaluation/characters';

const metrics = (correct: number, rows: number): Metrics =>
  labelMetrics(
    Array.from({ length: rows }, (_, row) => ({
      expected: 'a',
      predicted: row < correct ? 'a' : 'b',
      loss: 0.25,
    })),
    ['a', 'b'],
  );

const record = (results: RunRecord['results']) => ({ task: smallTask([]).task, results }) as RunRecord;

describe('comparisonTable', () => {
  it('puts the tuned prompt beside the hard prompts', () => {
    const results = { 'zero-shot': metrics(50, 100), tuned: metrics(90, 100), 'few-shot': metrics(60, 100) };
    expect(comparisonTable(record(results))).toEqual([
      'Test, 100 rows                        accuracy  95 % interval  macro F1   loss',
      'tuned soft prompt (2 virtual tokens)     0.900  0.826 – 0.945     0.474  0.250',
      'few-shot (4 examples)                    0.600  0.502 – 0.691     0.375  0.250',
      'zero-shot (bare template)                0.500  0.404 – 0.596     0.333  0.250',
    ]);
  });

  it('counts the examples that there was room for', () => {
    const results = { tuned: metrics(9, 10), 'few-shot': metrics(6, 10) };
    const [, , fewShot] = comparisonTable({ ...record(results), fewShotExamples: 1 });
    expect(fewShot).toMatch(/^few-shot \(1 example\) /);
  });

  it('has other columns for free text', () => {
    const tuned = textMetrics([{ expected: 'a b', predicted: 'a', loss: 3, tokens: 2 }]);
    expect(comparisonTable(record({ tuned }))).toEqual([
      'Test, 1 row                           word F1  exact match  95 % interval   loss',
      'tuned soft prompt (2 virtual tokens)    0.667        0.000  0.000 – 0.793  1.500',
    ]);
  });

  it('is empty before the test', () => {
    expect(comparisonTable(record({}))).toEqual([]);
  });
});

describe('verdict', () => {
  it('names the best hard prompt', () => {
    const results = { tuned: metrics(90, 100), 'few-shot': metrics(60, 100), 'zero-shot': metrics(70, 100) };
    expect(verdict(record(results))).toBe(
      'The tuned prompt beats the best hard prompt (zero-shot) by 20.0 points of accuracy.',
    );
  });

  it('admits that it may be chance', () => {
    const results = { tuned: metrics(75, 100), 'zero-shot': metrics(70, 100) };
    expect(verdict(record(results))).toMatch(/by 5\.0 points of accuracy\. The intervals overlap/);
  });

  it('admits defeat', () => {
    const results = { tuned: metrics(70, 100), 'few-shot': metrics(70, 100) };
    expect(verdict(record(results))).toMatch(/^The tuned prompt does not beat few-shot \(accuracy 0\.700\)/);
  });

  it('says nothing without a hard prompt', () => {
    expect(verdict(record({ tuned: metrics(1, 2) }))).toBeNull();
  });
});

describe('mistakes', () => {
  it('shows the most confident ones, with file and line', () => {
    const prediction = (line: number, correct: boolean, confidence: number): PredictionRecord => ({
      row: line - 1,
      line,
      file: `${process.cwd()}/rows.csv`,
      text: `row\n  ${line}`,
      expected: 'a',
      predicted: correct ? 'a' : 'two words',
      correct,
      confidence,
      loss: 1,
      cutTokens: 0,
    });
    const rows = [prediction(2, true, 1), prediction(3, false, 0.4), prediction(4, false, 0.99)];
    expect(mistakes(rows)).toEqual([
      '  rows.csv:4  expected a, answered “two words” (99 %)',
      '    row 4',
      '  rows.csv:3  expected a, answered “two words” (40 %)',
      '    row 3',
    ]);
    expect(mistakes(rows, 1)).toHaveLength(2);
  });
});

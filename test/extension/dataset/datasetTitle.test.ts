import { describe, expect, it } from 'vitest';
import {
  classCounts,
  datasetTitle,
  evaluateTitle,
  evaluateTooltip,
} from '../../../src/extension/dataset/datasetTitle';
import type { DatasetPredictions, DatasetSummary, RowPrediction } from '../../../src/protocol/dataset';

function support(counts: Record<string, number>): DatasetSummary {
  const classes = Object.entries(counts).map(([value, count]) => ({ value, count }));
  const text = { name: 'text', kind: 'text', distinct: 1400, missing: 0, meanLength: 80 } as const;
  return {
    file: '/w/support.csv',
    format: 'csv',
    rows: 1412,
    columns: [
      { ...text, examples: [] },
      {
        ...text,
        name: 'category',
        kind: 'class',
        distinct: classes.length,
        meanLength: 8,
        classes,
        examples: [],
      },
    ],
    suggested: { target: 'category', template: '{text}\nCategory:' },
    problems: [],
  };
}

describe('datasetTitle', () => {
  it('says rows, columns and the shares of the classes, and when these are uneven', () => {
    const summary = support({
      billing: 700,
      account: 400,
      'a class whose name is far too long to be shown whole': 250,
      other: 50,
      rare: 12,
    });
    expect(datasetTitle(summary)).toBe(
      '1,412 rows · 2 columns · 5 classes in category, uneven 58 : 1: billing 50 %, account 28 %, a class whose name is f… 18 %, other 4 %, …',
    );
    expect(classCounts(summary).split('\n')[0]).toBe('billing: 700 rows');
  });

  it('says when classes are of a size, or neither', () => {
    expect(datasetTitle(support({ a: 100, b: 90 }))).toMatch(
      /2 classes in category, balanced: a 53 %, b 47 %$/,
    );
    expect(datasetTitle(support({ a: 100, b: 50 }))).toMatch(/2 classes in category: a 67 %, b 33 %$/);
  });

  it('counts problems where there are any', () => {
    const place = { file: '/w/support.csv', line: 3 };
    const problems = [
      { severity: 'error' as const, kind: 'bad-row', message: 'Row 2 has 3 cells.', place },
      { severity: 'warning' as const, kind: 'duplicate', message: 'Row 4 is row 3.', place },
      { severity: 'warning' as const, kind: 'duplicate', message: 'Row 5 is row 3.', place },
    ];
    expect(datasetTitle({ ...support({}), rows: 1, suggested: undefined, problems })).toBe(
      '1 row · 2 columns ·\u00a0$(error)\u00a01 error ·\u00a0$(warning)\u00a02 warnings',
    );
    const [, , warned] = datasetTitle({ ...support({ a: 2, b: 2 }), problems: problems.slice(1) }).split('·');
    expect(warned).toMatch(/2 warnings/); // before the classes, whose end is cut in a narrow editor
  });

  it('keeps classes that are numbers apart from their shares', () => {
    expect(datasetTitle(support({ 'grade 5': 30, 'grade 1': 10 }))).toMatch(
      /: grade 5 \(75 %\), grade 1 \(25 %\)$/,
    );
  });
});

function predictions(...rows: [correct: boolean, split?: RowPrediction['split']][]): DatasetPredictions {
  return {
    run: '/w/.softprompt/runs/support-1',
    task: 'support',
    taskFile: '/w/support.softprompt.json',
    kind: 'label',
    stale: 0,
    rows: rows.map(([correct, split], index) => ({
      row: index + 1,
      line: index + 2,
      endLine: index + 2,
      expected: 'a',
      predicted: correct ? 'a' : 'b',
      correct,
      confidence: 0.9,
      split,
    })),
  };
}

describe('evaluateTitle', () => {
  it('says what the last evaluation found', () => {
    expect(evaluateTitle(undefined)).toBe('Evaluate');
    expect(evaluateTitle(predictions([true], [true], [false]))).toBe('Evaluate · 66.7 % right, 1 wrong');
    expect(evaluateTitle(predictions([true, 'test'], [false, 'test']))).toBe(
      'Evaluate · 50.0 % right, 1 wrong',
    );
  });

  it('does not let rows that the prompt was tuned on pass for held-out ones', () => {
    const found = predictions([true, 'train'], [true, 'validation'], [false, 'test'], [true, 'test']);
    expect(evaluateTitle(found)).toBe('Evaluate · 75.0 % right, 1 wrong · 50.0 % on held-out rows');
    expect(evaluateTooltip(found)).toContain('tuned or chosen on 2 of them');
  });

  it('says how many rows have changed since', () => {
    expect(evaluateTooltip({ ...predictions([true]), stale: 2 })).toContain('2 rows changed since');
  });
});

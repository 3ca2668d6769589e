import { describe, expect, it } from 'vitest';
import { bytes, count, datasetTitle, percent, statusText } from '../../src/extension/wording';
import type { DatasetSummary } from '../../src/protocol/dataset';
import type { RunSummary } from '../../src/protocol/runs';

const SUPPORT: DatasetSummary = {
  file: '/w/support.csv',
  format: 'csv',
  rows: 1412,
  columns: [
    { name: 'text', kind: 'text', distinct: 1400, missing: 0, meanLength: 80, examples: [] },
    {
      name: 'category',
      kind: 'class',
      distinct: 4,
      missing: 0,
      meanLength: 8,
      classes: [
        { value: 'billing', count: 700 },
        { value: 'account', count: 400 },
        { value: 'a class whose name is far too long to be shown whole', count: 300 },
        { value: 'other', count: 12 },
      ],
      examples: [],
    },
  ],
  suggested: { target: 'category', template: '{text}\nCategory:' },
  problems: [],
};

describe('datasetTitle', () => {
  it('says rows, classes and the most frequent of them', () => {
    expect(datasetTitle(SUPPORT)).toBe(
      '1,412 rows · 4 classes in category: billing 700, account 400, a class whose name is f… 300, …',
    );
  });

  it('counts columns where there are no classes, and problems where there are any', () => {
    const place = { file: '/w/support.csv', line: 3 };
    const problems = [
      { severity: 'error' as const, kind: 'bad-row', message: 'Row 2 has 3 cells.', place },
      { severity: 'warning' as const, kind: 'duplicate', message: 'Row 4 is row 3.', place },
      { severity: 'warning' as const, kind: 'duplicate', message: 'Row 5 is row 3.', place },
    ];
    expect(datasetTitle({ ...SUPPORT, rows: 1, suggested: undefined, problems })).toBe(
      '1 row · 2 columns · $(error) 1 error · $(warning) 2 warnings',
    );
  });
});

describe('statusText', () => {
  const run: RunSummary = {
    id: 'support-1',
    folder: '/w/.softprompt/runs/support-1',
    task: 'support',
    taskFile: '/w/support.softprompt.json',
    state: 'training',
    createdAt: '2026-11-22T10:15:30.000Z',
    step: 34,
    steps: 120,
    score: 0.871,
    modelName: 'smollm2-135m-instruct',
  };

  it('shows step, loss and score while training', () => {
    expect(statusText(run, 0.4123)).toBe('$(sync~spin) support · 34/120 · loss 0.412 · 87.1 %');
  });

  it('stands still when the run does', () => {
    expect(statusText({ ...run, state: 'paused' }, 0.4)).toBe(
      '$(debug-pause) support · 34/120 · paused · 87.1 %',
    );
    expect(statusText({ ...run, state: 'preparing', score: undefined }, undefined)).toBe(
      '$(sync~spin) support · preparing',
    );
  });
});

describe('numbers', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [98_362_432, '98 MB'],
    [1_230_000_000, '1.2 GB'],
  ])('%d bytes are %s', (size, text) => expect(bytes(size)).toBe(text));

  it('counts one and many', () => {
    expect([count(1, 'class'), count(2, 'class'), count(1, 'row'), count(0, 'row')]).toEqual([
      '1 class',
      '2 classes',
      '1 row',
      '0 rows',
    ]);
    expect(percent(0.9149)).toBe('91.5 %');
  });
});

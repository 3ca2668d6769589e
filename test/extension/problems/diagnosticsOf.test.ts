import { expect, it } from 'vitest';
import { diagnosticsOf } from '../../../src/extension/problems/datasetProblems';
import type { Problem } from '../../../src/protocol/dataset';

function linksOf(file: string, related?: Problem['place']): string[] {
  const problem: Problem = {
    severity: 'warning',
    kind: 'leaked-row',
    message: '',
    place: { file, line: 7, row: 7 },
    related,
  };
  const [found] = diagnosticsOf(file, { problems: [problem], excluded: [] });
  return found!.relatedInformation!.map(({ location, message }) => `${message} → ${location.uri.toString()}`);
}

it('leads to the other place in a text', () => {
  expect(linksOf('/w/test.csv', { file: '/w/train.csv', line: 3, row: 2 })).toEqual([
    'The other place: train.csv, line 3 → file:///w/train.csv',
  ]);
});

it('leads to rows of Parquet by addresses that name them: a table has no lines', () => {
  expect(linksOf('/w/test.csv', { file: '/w/train.parquet', line: 3, row: 3 })).toEqual([
    'The other place: train.parquet, row 3 → file:///w/train.parquet#L3',
  ]);
  expect(linksOf('/w/train.parquet')).toEqual(['Row 7 in the table → file:///w/train.parquet#L7']);
});

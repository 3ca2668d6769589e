import { describe, expect, it } from 'vitest';
import { foldRows } from '../../src/engine/labels/folds';
import { suspiciousLabels } from '../../src/engine/labels/suspicious';

const answer = (given: string, a: number) => ({ given, probabilities: { a, b: 1 - a } });

describe('suspiciousLabels', () => {
  it('finds what another class claims with more than its usual confidence', () => {
    const answers = [
      answer('a', 0.9),
      answer('a', 0.8),
      answer('a', 0.1), // b at 0.9
      answer('b', 0.1),
      answer('b', 0.3),
      answer('b', 0.97),
      answer('a', 0.48), // b likelier, but not as sure as it uses to be
    ];
    const found = suspiciousLabels(answers);
    expect(found.map(({ index, predicted }) => [index, predicted])).toEqual([
      [5, 'a'],
      [2, 'b'],
    ]);
    expect(found[0]).toMatchObject({ confidence: 0.97, givenConfidence: expect.closeTo(0.03) });
  });

  it('says nothing of classes that are hardly there', () => {
    const rare = [answer('a', 0.9), answer('a', 0.9), answer('a', 0.9), answer('b', 0.95), answer('b', 0.9)];
    expect(suspiciousLabels(rare)).toEqual([]);
    expect(suspiciousLabels([])).toEqual([]);
  });
});

describe('foldRows', () => {
  it('takes a moment for 100,000 rows, and as many of one text', { timeout: 5_000 }, () => {
    const rows = Array.from({ length: 100_000 }, (_, key) => ({ stratum: `${key % 2}`, key }));
    expect(foldRows(rows, 3, 1).map(({ length }) => length)).toEqual([33_334, 33_333, 33_333]);
    const same = Array.from({ length: 200_000 }, () => ({ stratum: 'a', key: 1 }));
    expect(foldRows(same, 3, 1).map(({ length }) => length)).toEqual([200_000, 0, 0]);
  });

  const rows = Array.from({ length: 50 }, (_, i) => ({ stratum: i % 5 === 0 ? 'rare' : 'often', key: i }));

  it('deals every class out evenly, each row once', () => {
    const folds = foldRows(rows, 3, 7);
    expect(folds.flat().sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
    for (const fold of folds) {
      expect(fold.length).toBeGreaterThanOrEqual(16);
      const rare = fold.filter((row) => rows[row]!.stratum === 'rare').length;
      expect([3, 4]).toContain(rare);
    }
    expect(foldRows(rows, 3, 7)).toEqual(folds);
    expect(foldRows(rows, 3, 8)).not.toEqual(folds);
  });

  it('keeps the same text together', () => {
    const twice = rows.map((row, i) => ({ ...row, key: i >> 1 }));
    for (const fold of foldRows(twice, 3, 0)) {
      for (const row of fold) expect(fold).toContain(row ^ 1);
    }
  });
});

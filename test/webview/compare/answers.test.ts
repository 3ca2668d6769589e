import { describe, expect, it } from 'vitest';
import type { PredictionRecord, RunRecord } from '../../../src/protocol/runs';
import { collectAnswers, type TestedRun } from '../../../src/webview/compare/answers';
import { disagreements, passes } from '../../../src/webview/compare/disagreement';
import { comparePairs, pairOf } from '../../../src/webview/compare/pairs';
import { pairSentence } from '../../../src/webview/compare/verdictWords';

const FILE = '/w/test.csv';

interface Given {
  expected?: string;
  text?: string;
  file?: string;
  /** The hard prompt's answer. */
  hard?: string;
}

function prediction(row: number, predicted: string, given: Given = {}): PredictionRecord {
  const { expected = 'yes', text = `text ${row}`, file = FILE, hard } = given;
  return {
    row,
    line: row + 1,
    file,
    text,
    expected,
    predicted,
    correct: predicted === expected,
    confidence: 0.9,
    loss: 0.1,
    baseline: hard ? { contender: 'few-shot', predicted: hard, correct: hard === expected } : undefined,
    cutTokens: 0,
  };
}

function run(letter: string, predictions: PredictionRecord[], hash = 'h', kind: 'label' | 'text' = 'label') {
  const record = { task: { target: { kind } }, data: { hashes: { [FILE]: hash } } } as unknown as RunRecord;
  return { letter, run: { record, predictions } } satisfies TestedRun;
}

describe('collectAnswers', () => {
  it('puts answers to the same rows side by side, in whatever order they come', () => {
    const answers = collectAnswers([
      run('A', [prediction(1, 'yes'), prediction(2, 'no')]),
      run('B', [prediction(2, 'yes'), prediction(1, 'yes'), prediction(3, 'yes')]),
    ]);
    expect(answers.rows.map(({ row, answers: given }) => [row, given.map((one) => one?.predicted)])).toEqual([
      [1, ['yes', 'yes']],
      [2, ['no', 'yes']],
      [3, [undefined, 'yes']],
    ]);
    expect(answers.rows.filter((row) => row.answers[0] && row.answers[1])).toHaveLength(2);
  });

  it('takes rows for the same where the file is, even if templates render them differently', () => {
    const rendered = prediction(1, 'yes', { text: 'Message: text 1' });
    expect(collectAnswers([run('A', [prediction(1, 'yes')]), run('B', [rendered])]).rows).toHaveLength(1);
    expect(
      collectAnswers([run('A', [prediction(1, 'yes')]), run('B', [rendered], 'changed')]).rows,
    ).toHaveLength(2);
  });

  it('matches rows of a file that has changed elsewhere by text and expected answer', () => {
    const [a, b] = [prediction(1, 'yes'), prediction(2, 'yes')];
    const relabelled = prediction(2, 'no', { expected: 'no' });
    const { rows } = collectAnswers([run('A', [a, b]), run('B', [a, relabelled], 'changed')]);
    expect(rows.map(({ row, expected }) => [row, expected])).toEqual([
      [1, 'yes'],
      [2, 'yes'],
      [2, 'no'],
    ]);
  });

  it('counts a hard prompt once where its answers agree, and twice where they do not', () => {
    const one = [prediction(1, 'yes', { hard: 'no' }), prediction(2, 'no', { hard: 'yes' })];
    const other = [prediction(1, 'yes', { hard: 'yes' }), prediction(2, 'no', { hard: 'yes' })];
    const letters = (runs: TestedRun[]) => collectAnswers(runs).contenders.map(({ letter }) => letter);
    expect(letters([run('A', one), run('B', one)])).toEqual(['A', 'B', 'H']);
    expect(letters([run('A', one), run('B', other)])).toEqual(['A', 'B', 'H1', 'H2']);
  });

  it('leaves out runs without answers', () => {
    expect(collectAnswers([run('A', []), run('B', [prediction(1, 'yes')])]).contenders).toMatchObject([
      { letter: 'B' },
    ]);
  });
});

/** A has some rows alone right, B others, and both the rest. */
function duel(onlyA: number, onlyB: number, both = 5) {
  const rows = Array.from({ length: onlyA + onlyB + both }, (_, index) => index);
  const a = rows.map((row) => prediction(row, row >= onlyA && row < onlyA + onlyB ? 'no' : 'yes'));
  const b = rows.map((row) => prediction(row, row < onlyA ? 'no' : 'yes'));
  return collectAnswers([run('A', a), run('B', b)]);
}

describe('comparePairs', () => {
  it('counts rows fixed and broken, and tests them as McNemar did', () => {
    const answers = duel(3, 12);
    const [pair] = comparePairs(answers);
    // statsmodels, as in ../statistics/statistics.test.ts
    expect(pair).toMatchObject({ rows: 20, firstBetter: 3, secondBetter: 12, method: 'exact' });
    expect(pair!.pValue).toBeCloseTo(0.03515625, 12);
    expect(pair!.gain).toBeCloseTo(9 / 20, 12);
    expect(pairSentence(pair!, answers.contenders)).toBe(
      'Run B is better than run A: 12 rows fixed, 3 broken, p = 0.035.',
    );
    expect(pairOf([pair!], 1, 0)).toMatchObject({ firstBetter: 12, secondBetter: 3, gain: -9 / 20 });
  });

  it('says so where it may be chance, and where nothing differs', () => {
    const close = duel(4, 5);
    expect(pairSentence(comparePairs(close)[0]!, close.contenders)).toBe(
      'Run B is not clearly better than run A: 5 rows fixed, 4 broken, p = 1.00.',
    );
    const same = duel(0, 0);
    expect(pairSentence(comparePairs(same)[0]!, same.contenders)).toBe(
      'Run B and run A are right and wrong on the same rows, all 5 rows.',
    );
  });

  it('corrects for the number of tests, runs and hard prompts apart', () => {
    const rows = Array.from({ length: 30 }, (_, row) => row);
    const wrongBelow = (limit: number) =>
      rows.map((row) => prediction(row, row < limit ? 'no' : 'yes', { hard: 'no' }));
    const pairs = comparePairs(
      collectAnswers([run('A', wrongBelow(0)), run('B', wrongBelow(6)), run('C', wrongBelow(7))]),
    );
    const between = pairs.filter(({ second }) => second < 3);
    expect(between).toHaveLength(3);
    // 7 of 7 rows: p = 2/128, times 3; 6 of 6: 2/64, times 2; 1 of 1: 1.
    const p = (first: number, second: number) => pairOf(pairs, first, second)!.corrected;
    expect(p(0, 2)).toBeCloseTo((2 / 128) * 3, 12);
    expect(p(0, 1)).toBeCloseTo((2 / 64) * 2, 12);
    expect(p(1, 2)).toBe(1);
    expect(pairs).toHaveLength(6);
  });

  it('compares free text by the words of each row', () => {
    const expected = 'we refund the fee';
    const answers = collectAnswers([
      run('A', [prediction(1, 'we refund it', { expected })], 'h', 'text'),
      run('B', [prediction(1, 'we refund the whole fee', { expected })], 'h', 'text'),
    ]);
    expect(comparePairs(answers)[0]).toMatchObject({ firstBetter: 0, secondBetter: 1, rows: 1 });
    expect(pairSentence(comparePairs(answers)[0]!, answers.contenders)).toContain('1 row better, 0 worse');
  });

  it('does not compare runs that have no row in common', () => {
    const elsewhere = prediction(1, 'yes', { file: '/w/other.csv' });
    expect(comparePairs(collectAnswers([run('A', [prediction(1, 'yes')]), run('B', [elsewhere])]))).toEqual(
      [],
    );
  });
});

describe('disagreements', () => {
  const answers = duel(2, 3);
  const letters = answers.contenders.map(({ letter }) => letter);

  it('are rows with different answers, filtered by who is right', () => {
    const rows = disagreements(answers);
    expect(rows).toHaveLength(5);
    expect(rows.filter((row) => passes(row, { right: 'A', wrong: 'B' }, letters))).toHaveLength(2);
    expect(rows.filter((row) => passes(row, { right: 'B', wrong: 'A' }, letters))).toHaveLength(3);
    expect(rows.filter((row) => passes(row, { wrong: 'A' }, letters))).toHaveLength(3);
    expect(rows.filter((row) => passes(row, { right: 'Z' }, letters))).toHaveLength(0);
  });

  it('are between runs; a hard prompt alone makes none, unless it is asked for', () => {
    const one = [prediction(1, 'yes', { hard: 'no' })];
    const agreeing = collectAnswers([run('A', one), run('B', one)]);
    expect(disagreements(agreeing)).toHaveLength(0);
    expect(disagreements(agreeing, true)).toHaveLength(1);
    expect(disagreements(collectAnswers([run('A', one)]))).toHaveLength(1);
  });
});

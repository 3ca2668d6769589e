import { describe, expect, it, vi } from 'vitest';
import { bytes, count, percent } from '../../src/extension/wording';

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

it('writes numbers and dates as the display language does', async () => {
  vi.resetModules();
  const vscode = await import('./fakeVscode');
  vscode.env.language = 'de';
  try {
    const german = await import('../../src/extension/wording');
    expect(german.count(1234, 'row')).toBe('1.234 rows'); // without its translation
    expect([german.percent(0.9149), german.bytes(1500), german.fixed(0.5, 3)]).toEqual([
      '91,5 %',
      '1,5 kB',
      '0,500',
    ]);
    expect(german.runTime('2026-03-22T10:15:30.123')).toBe('22. März 10:15');
  } finally {
    vscode.env.language = 'en';
    vi.resetModules();
  }
});

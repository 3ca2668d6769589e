import { describe, expect, it } from 'vitest';
import { duration, oneLine, percent, table } from '../../src/cli/figures';

describe('figures', () => {
  it.each([
    [0.2, '0 s'],
    [59.4, '59 s'],
    [59.6, '1:00 min'],
    [187, '3:07 min'],
    [3599.9, '1:00:00 h'],
    [3729, '1:02:09 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it.each([
    [0.931, '93 %'],
    [0.0451, '4.5 %'],
    [1, '100 %'],
  ])('%d is %s', (value, text) => {
    expect(percent(value)).toBe(text);
  });

  it('puts text on one line, whole characters kept', () => {
    expect(oneLine(' a\n b\t c ', 10)).toBe('a b c');
    expect(oneLine('\u001b[2Jred\u0007', 10)).toBe('[2Jred');
    expect(oneLine('👍👍👍👍', 3)).toBe('👍👍…');
  });

  it('aligns columns', () => {
    expect(
      table([
        ['a', '1'],
        ['bcd', '100'],
      ]),
    ).toEqual(['a      1', 'bcd  100']);
  });
});

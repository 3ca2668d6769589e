import { describe, expect, it } from 'vitest';
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

import { afterEach, describe, expect, it } from 'vitest';
import { decimal, l10n, useTranslations } from '../../src/protocol/l10n';

describe('what the engine says', () => {
  afterEach(() => useTranslations());

  it('is English where no translation is known', () => {
    expect(l10n`Row ${3} of ${'a {0}.csv'} is empty.`).toBe('Row 3 of a {0}.csv is empty.');
    expect(l10n`Cancelled.`).toBe('Cancelled.');
    expect(decimal(0.0625, 3)).toBe((0.0625).toFixed(3));
  });

  it('is in the display language, its values where that wants them', () => {
    useTranslations({
      language: 'de',
      texts: { 'Row {0} of {1} is empty.': 'In {1} ist Zeile {0} leer.' },
    });
    expect(l10n`Row ${3} of ${'a.csv'} is empty.`).toBe('In a.csv ist Zeile 3 leer.');
    expect(decimal(1234.5, 2)).toBe('1234,50');
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { l10n, useTranslations } from '../../src/protocol/l10n';

describe('what the engine says', () => {
  afterEach(() => useTranslations({}));

  it('is English where no translation is known', () => {
    expect(l10n`Row ${3} of ${'a {0}.csv'} is empty.`).toBe('Row 3 of a {0}.csv is empty.');
    expect(l10n`Cancelled.`).toBe('Cancelled.');
  });

  it('is in the display language, its values where that wants them', () => {
    useTranslations({ 'Row {0} of {1} is empty.': 'In {1} ist Zeile {0} leer.' });
    expect(l10n`Row ${3} of ${'a.csv'} is empty.`).toBe('In a.csv ist Zeile 3 leer.');
  });
});

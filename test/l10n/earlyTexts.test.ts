import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { earlyTexts } from '../../scripts/l10n/earlyTexts';
import { sourceFiles } from '../../scripts/l10n/sourceTexts';
import { SPEAKING } from '../../scripts/l10n/translations';

it('no text of engine, host and protocol is made before its language is known', () => {
  const early = sourceFiles(SPEAKING).flatMap((file) => earlyTexts(readFileSync(file, 'utf8')));
  expect(early).toEqual([]);
});

it('a text in a constant is early, in a function or for each object it is not', () => {
  const source = `
    const HINT = l10n\`Early.\`; const TABLE = { a: () => l10n\`Late.\`, b: [l10n\`Early, inside.\`] };
    class Reader { static word = l10n\`Early, too.\`; word = l10n\`Late.\`; read() { return l10n\`Late.\`; } }
    function say() { return l10n\`Late.\`; }`;
  expect(earlyTexts(source).map((text) => text.slice(5, -1))).toEqual([
    'Early.',
    'Early, inside.',
    'Early, too.',
  ]);
});

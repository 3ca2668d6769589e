import { readFileSync, writeFileSync } from 'node:fs';
import { moveTexts } from './manifestTexts';
import { collectTexts, compareTexts, LANGUAGE, readTexts, type Texts } from './translations';

// Moves plain texts of package.json into package.nls.json, collects the texts of the source in l10n/, drops translations
// that nobody asks for, and lists what is to be translated.

const before = readFileSync('package.json', 'utf8');
const { packageText, nls } = moveTexts(before, readTexts('package.nls.json'));
if (packageText !== before) writeFileSync('package.json', packageText);
const source = Object.fromEntries(collectTexts().map((text) => [text, text]));

for (const [file, english] of [
  ['package.nls', nls],
  ['l10n/bundle.l10n', source],
] as const) {
  write(`${file}.json`, english);
  const translated = readTexts(`${file}.${LANGUAGE}.json`);
  const keys = Object.keys(english).filter((key) => translated[key]);
  write(`${file}.${LANGUAGE}.json`, Object.fromEntries(keys.map((key) => [key, translated[key]!])));
  const { missing, otherHoles } = compareTexts(english, translated);
  for (const key of missing) console.log(`${file}.${LANGUAGE}.json misses ${JSON.stringify(key)}`);
  for (const key of otherHoles)
    console.log(`${file}.${LANGUAGE}.json has other holes in ${JSON.stringify(key)}`);
}

function write(file: string, texts: Texts): void {
  writeFileSync(file, `${JSON.stringify(texts, null, 2)}\n`);
}

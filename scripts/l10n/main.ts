// Brings the translations' files up to date with the source: `npm run l10n`.
import { readFileSync, writeFileSync } from 'node:fs';
import { moveTexts } from './manifestTexts';

const read = (file: string): string => readFileSync(file, 'utf8');
const write = (file: string, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

const before = read('package.json');
const { packageText, nls } = moveTexts(before, JSON.parse(read('package.nls.json')));
if (packageText !== before) writeFileSync('package.json', packageText);
write('package.nls.json', nls);

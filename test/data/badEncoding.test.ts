import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { badEncoding } from '../../src/engine/data/badEncoding';
import { inspectDataset } from '../../src/engine/data/inspect';
import { readDataset } from '../../src/engine/data/readDataset';
import { workspace } from '../task/workspace';

async function dataset(rows: readonly string[]): Promise<string> {
  const folder = await workspace({});
  const file = join(folder, 'data.csv');
  await writeFile(file, `text,label\n${rows.map((text, i) => `${text},${i % 2 ? 'a' : 'b'}`).join('\n')}\n`);
  return file;
}

/** As a program does that takes UTF-8 for Windows-1252. */
const garble = (text: string): string =>
  Buffer.from(text)
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (letter) => WINDOWS_1252[letter.charCodeAt(0)] ?? letter);

const WINDOWS_1252: Record<number, string> = { 128: '€', 130: '‚', 153: '™', 159: 'Ÿ' };

describe('badEncoding', () => {
  it('finds letters that were lost or garbled, and says what was meant', async () => {
    const file = await dataset([
      'fine',
      'caf\uFFFD',
      garble('café'),
      garble('it’s'),
      garble('a 🙂 b'),
      Buffer.from('œ').toString('latin1'),
      garble('Zoë'),
    ]);
    const problems = badEncoding(await readDataset(file));
    expect(problems.map(({ place, message }) => [place.line, place.row, message])).toEqual([
      [3, 2, 'Letters were lost: "\uFFFD" stands in their place.'],
      [4, 3, 'The text says "Ã©" where "é" was meant.'],
      [5, 4, 'The text says "â€™" where "’" was meant.'],
      [6, 5, `The text says "${garble('🙂')}" where "🙂" was meant.`],
      [7, 6, `The text says "${Buffer.from('œ').toString('latin1')}" where "œ" was meant.`],
      [8, 7, 'The text says "Ã«" where "ë" was meant.'],
    ]);
    const inspected = await inspectDataset(file);
    expect(inspected.problems.filter(({ kind }) => kind === 'bad-encoding')).toHaveLength(6);
  });

  it('leaves languages alone', async () => {
    const file = await dataset([
      'ÇÃO',
      'NÃO SEI',
      'Âge',
      'château à 20 °C',
      'smörgåsbord',
      'Ærø',
      'Ã ! – ok',
      'ðe',
      'AMANHÃ…',
      'Das „Ä“ fehlt',
      'Bokstaven «Å»',
    ]);
    expect(badEncoding(await readDataset(file))).toEqual([]);
  });
});

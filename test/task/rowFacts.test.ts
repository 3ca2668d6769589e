import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDataset } from '../../src/engine/data/readDataset';
import { previewRow } from '../../src/engine/task/previewRow';
import { rowFacts } from '../../src/engine/task/rowFacts';
import { openRowView } from '../../src/engine/task/rowView';
import { supportCsv, workspace } from './workspace';

const MODEL = join(__dirname, '../oracle/fixtures/tiny-llama-f16');

it.each([{}, { limit: 20 }, { method: { placement: 'after' } }])(
  'measures rows as the preview of each does: %j',
  async (settings) => {
    const folder = await workspace({
      'a.csv': supportCsv(12).replace('text,label\n', 'text,label\n"a text\non two lines",billing\nbroken\n'),
      'a.softprompt.json': JSON.stringify({ model: MODEL, data: 'a.csv', ...settings }),
    });
    const task = join(folder, 'a.softprompt.json');
    const view = await openRowView(task, { cacheFolder: folder });
    const facts = rowFacts(await readDataset(view.train), { firstLine: 1, lastLine: 8 }, view);
    expect(facts.map(({ row, line, endLine }) => [row, line, endLine])).toEqual([
      [1, 2, 3],
      [3, 5, 5],
      [4, 6, 6],
      [5, 7, 7],
      [6, 8, 8],
    ]);
    for (const { row, tokens, cutTokens } of facts) {
      expect({ tokens, cutTokens }).toEqual(await measured(task, row, folder));
    }
    expect(facts.some(({ cutTokens }) => cutTokens)).toBe('limit' in settings);
  },
);

it('says where rows stand when no task reads them', async () => {
  const folder = await workspace({ 'a.csv': 'text\none\ntwo\n' });
  const facts = rowFacts(await readDataset(join(folder, 'a.csv')), { firstLine: 1, lastLine: 3 });
  expect(facts).toEqual([
    { row: 1, line: 2, endLine: 2 },
    { row: 2, line: 3, endLine: 3 },
  ]);
});

async function measured(task: string, row: number, cacheFolder: string) {
  const { tokens, cutTokens } = await previewRow(task, row, { cacheFolder });
  return { tokens, cutTokens };
}

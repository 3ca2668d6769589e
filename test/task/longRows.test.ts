import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTask } from '../../src/engine/task/checkTask';
import { TINY_LLAMA } from '../runs/tinyTask';
import { supportCsv, workspace } from './workspace';

const long = `${'a rather long story about it '.repeat(9)},billing\n`;

async function check(task: object, csv: string) {
  const folder = await workspace({ 'data.csv': csv, 'a.softprompt.json': JSON.stringify(task) });
  const { problems } = await checkTask(join(folder, 'a.softprompt.json'), undefined, { cacheFolder: folder });
  return problems.filter(({ kind }) => kind === 'too-long');
}

describe('rows beyond the limit', () => {
  it('are found by the tokens of the model', async () => {
    const problems = await check({ model: TINY_LLAMA, data: 'data.csv', limit: 80 }, supportCsv(40) + long);
    expect(problems.map(({ place, severity }) => [place.line, place.row, severity])).toEqual([
      [42, 41, 'warning'],
    ]);
    expect(problems[0]!.message).toMatch(
      /^The row is \d+ tokens longer than the limit of 80: its longest text is cut\.$/,
    );
    expect(await check({ model: TINY_LLAMA, data: 'data.csv', limit: 600 }, supportCsv(40) + long)).toEqual(
      [],
    );
  });

  it('are not looked for without the model', async () => {
    expect(
      await check({ model: 'smollm2-360m', data: 'data.csv', limit: 80 }, supportCsv(40) + long),
    ).toEqual([]);
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TINY_LLAMA } from '../runs/tinyTask';

/** Rows whose label is wrong, counted from 1. */
export const PLANTED = [4, 19, 32, 45, 58] as const;

/** A dataset whose classes the tiny model learns from single letters, with five wrong labels; the test rows all right. */
export async function writePlantedTask(folder: string): Promise<string> {
  const row = (i: number, wrong: boolean): string => {
    const up = i % 2 === 0;
    return `${up ? 'UUUU' : 'dddd'} ${i},${up === wrong ? 'down' : 'up'}`;
  };
  const rows = Array.from({ length: 60 }, (_, i) => row(i, (PLANTED as readonly number[]).includes(i + 1)));
  await writeFile(join(folder, 'signs.csv'), `text,label\n${rows.join('\n')}\n`);
  const test = Array.from({ length: 10 }, (_, i) => row(100 + i, false));
  await writeFile(join(folder, 'held-out.csv'), `text,label\n${test.join('\n')}\n`);
  const file = join(folder, 'signs.softprompt.json');
  const task = {
    model: TINY_LLAMA,
    data: { train: 'signs.csv', test: 'held-out.csv' },
    template: '{text}\nSign:',
    target: 'label',
    method: { virtualTokens: 4 },
    training: { steps: 40, batchRows: 10, learningRate: 0.05 },
  };
  await writeFile(file, JSON.stringify(task, null, 2));
  return file;
}

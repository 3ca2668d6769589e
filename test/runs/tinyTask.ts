import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskFile } from '../../src/protocol/taskFile';

export const TINY_LLAMA = join(__dirname, '../oracle/fixtures/tiny-llama-gqa-tied');

/** Writes a small dataset and its task into a folder: two classes that a look at the words tells apart. */
export async function writeTinyTask(folder: string, overrides: Partial<TaskFile> = {}): Promise<string> {
  const things = ['lamp', 'chair', 'phone', 'kettle', 'book', 'shoe', 'clock', 'table', 'radio', 'bag'];
  const good = ['works well', 'is lovely', 'was a bargain', 'still shines'];
  const bad = ['broke at once', 'is a nuisance', 'was late', 'smells odd'];
  const rows = ['text,label'];
  for (const [i, thing] of things.entries()) {
    for (const [j, praise] of good.entries()) rows.push(`The ${thing} no ${i * j} ${praise},good`);
    for (const [j, complaint] of bad.entries()) rows.push(`The ${thing} no ${i + j} ${complaint},bad`);
  }
  await writeFile(join(folder, 'tiny.csv'), `${rows.join('\n')}\n`);
  const file = join(folder, 'tiny.softprompt.json');
  const task: TaskFile = {
    model: TINY_LLAMA,
    data: 'tiny.csv',
    template: '{text}\nVerdict:',
    target: 'label',
    limit: 64,
    method: { virtualTokens: 4 },
    training: { steps: 24, batchRows: 6, learningRate: 0.05, evaluateEvery: 8, checkpointEvery: 3 },
    evaluation: { fewShot: 2 },
    ...overrides,
  };
  await writeFile(file, JSON.stringify(task));
  return file;
}

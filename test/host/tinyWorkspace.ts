import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskFile } from '../../src/protocol/taskFile';

const TINY_LLAMA = join(__dirname, '../oracle/fixtures/tiny-llama-gqa-tied');

const GOOD = ['great', 'lovely', 'fine', 'warm', 'bright', 'kind'];
const BAD = ['awful', 'grim', 'cold', 'broken', 'sour', 'dull'];

export interface TinyWorkspace {
  folder: string;
  dataset: string;
  taskFile: string;
  cacheFolder: string;
}

/** A folder with a small dataset of two classes, and a task for the random two-layer Llama of the fixtures. */
export async function tinyWorkspace(training: TaskFile['training'] = {}): Promise<TinyWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-'));
  const dataset = join(folder, 'mood.csv');
  const rows = Array.from({ length: 60 }, (_, index) => {
    const words = index % 2 === 0 ? GOOD : BAD;
    return `"a ${words[index % 6]} day, number ${index}",${index % 2 === 0 ? 'good' : 'bad'}`;
  });
  await writeFile(dataset, `text,mood\n${rows.join('\n')}\n`);
  const task: TaskFile = {
    model: TINY_LLAMA,
    data: 'mood.csv',
    template: '{text}\nMood:',
    target: 'mood',
    method: { virtualTokens: 4 },
    training: { steps: 6, batchRows: 4, evaluateEvery: 3, checkpointEvery: 2, ...training },
    evaluation: { fewShot: 2 },
  };
  const taskFile = join(folder, 'mood.softprompt.json');
  await writeFile(taskFile, JSON.stringify(task, null, 2));
  return { folder, dataset, taskFile, cacheFolder: join(folder, 'cache') };
}

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TINY_MODEL } from './places';

/** Ends of the sentences by their class, one line each; short, as the tiny model reads single bytes. */
const MESSAGES: Readonly<Record<string, readonly string[]>> = {
  billing: [
    'charged twice',
    'wrong invoice',
    'my card failed',
    'refund the fee',
    'price changed',
    'VAT number',
  ],
  delivery: [
    'parcel is late',
    'box was open',
    'wrong address',
    'courier left',
    'still in depot',
    'not here yet',
  ],
  account: [
    'forgot password',
    'change my email',
    'delete profile',
    'cannot log in',
    'new phone',
    'locked out',
  ],
};
const OPENINGS = ['Hi, ', 'Hello: ', 'Sorry, ', 'Please help, ', 'Again! ', ''];

/** A folder as a user would open it. */
export interface Workspace {
  folder: string;
  /** Path of a file in it. */
  file(name: string): string;
  remove(): Promise<void>;
}

export const DATASET = 'messages.csv';
export const ROWS = Object.values(MESSAGES).flat().length * OPENINGS.length;

/** A folder with these files, by name: text, or what is written as JSON. */
export async function createWorkspace(
  files: Readonly<Record<string, unknown>>,
  name = 'shop',
): Promise<Workspace> {
  const temporary = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-e2e-')));
  const folder = join(temporary, name);
  await mkdir(folder);
  const file = (name: string): string => join(folder, name);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(
      file(name),
      typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
    );
  }
  return { folder, file, remove: () => rm(temporary, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A task for the dataset and the tiny model. */
export function tinyTask(training: {
  steps: number;
  evaluateEvery?: number;
  checkpointEvery?: number;
}): object {
  return {
    model: TINY_MODEL,
    data: DATASET,
    template: 'Message: {text}\nTopic:',
    target: 'label',
    method: { virtualTokens: 8 },
    training: { batchRows: 8, ...training },
  };
}

/** The small dataset, as the text of its file. */
export function datasetText(): string {
  const lines = OPENINGS.flatMap((opening) =>
    Object.entries(MESSAGES).flatMap(([label, messages]) =>
      messages.map((message) => `"${opening}${message}",${label}`),
    ),
  );
  return `text,label\n${lines.join('\n')}\n`;
}

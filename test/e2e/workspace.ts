import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY, TINY_MODEL } from './places';

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

/** A folder as a user would open it, on the disk from `create` to `remove`. */
export class Workspace {
  #temporary: string | undefined;

  /** @param files by name: text, or what is written as JSON. */
  constructor(
    private readonly files: Readonly<Record<string, unknown>> = {},
    private readonly name = 'shop',
  ) {}

  get folder(): string {
    if (this.#temporary === undefined) throw new Error('The folder is not there yet.');
    return join(this.#temporary, this.name);
  }

  /** Path of a file in it. */
  file(name: string): string {
    return join(this.folder, name);
  }

  async create(): Promise<void> {
    this.#temporary = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-e2e-')));
    await mkdir(this.folder);
    for (const [name, content] of Object.entries(this.files)) {
      const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
      await writeFile(this.file(name), text);
    }
  }

  async remove(): Promise<void> {
    if (this.#temporary) await rm(this.#temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

export const DATASET = 'messages.csv';
export const ROWS = Object.values(MESSAGES).flat().length * OPENINGS.length;

/** A task for the dataset and the tiny model. */
export function tinyTask(training: {
  steps: number;
  evaluateEvery?: number;
  checkpointEvery?: number;
  batchRows?: number;
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

/** The repository's own sample, as files of a folder. */
export function sampleFiles(): Record<string, string> {
  const names = ['train.csv', 'test.csv'];
  const text = (name: string): string => readFileSync(join(REPOSITORY, 'samples/support', name), 'utf8');
  return Object.fromEntries(names.map((name) => [name, text(name)]));
}

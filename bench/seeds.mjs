// What the benchmarks of accuracy share: the same task, run with several seeds by the program itself.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const percent = (value) => (100 * value).toFixed(1).padStart(5);
/** An accuracy and its interval in a column of a table. */
export const describe = ({ accuracy, interval }) =>
  `${percent(accuracy)} [${interval.map(percent).join(',')} ]`;
export const minutes = (seconds) => (seconds / 60).toFixed(1);

/** A folder of its own for runs, with copies of the data; says where, and what is measured on. */
export function runFolder(name, data, files) {
  const folder = mkdtempSync(join(tmpdir(), `softprompt-${name}-`));
  for (const file of files) copyFileSync(join(data, file), join(folder, file));
  const load = loadavg()[0].toFixed(1);
  console.log(`${cpus()[0].model}, ${cpus().length} threads, load ${load}; runs in ${folder}`);
  return folder;
}

/** Runs a task with the seeds from 0 on, one after another: each record, and the folder that it is in. */
export function* runsWithSeeds(folder, name, task, seeds) {
  for (let seed = 0; seed < seeds; seed++) {
    const file = join(folder, `${name}-seed${seed}.softprompt.json`);
    writeFileSync(file, JSON.stringify({ ...task, training: { ...task.training, seed } }, null, 2));
    const { stdout, status } = spawnSync(
      process.execPath,
      [resolve('dist/cli.js'), '--json', 'train', file],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
        maxBuffer: 2 ** 28,
      },
    );
    if (status !== 0) process.exit(status ?? 1);
    const { record, folder: run } = readLines(stdout).find(({ type }) => type === 'result');
    yield { seed, record, run };
  }
}

/** A text of JSON, one a line. */
export const readLines = (text) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** What all seeds come to. */
export const summary = (accuracies) => `mean of ${accuracies.length} seeds: ${percent(mean(accuracies))} %`;

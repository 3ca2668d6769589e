// Accuracy of a tuned prompt on SST-2 with the defaults, beside the hard prompts, over several seeds, and what it costs:
//   npm run build && node bench/sst2.mjs DATA_FOLDER [seeds]
// DATA_FOLDER holds train.jsonl and test500.jsonl with {text, label}; it is not part of the repository (its licence).
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [source, seeds = '3'] = process.argv.slice(2);
if (!source) {
  console.error('Which data? node bench/sst2.mjs DATA_FOLDER [seeds]');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'softprompt-sst2-'));
for (const file of ['train.jsonl', 'test500.jsonl']) copyFileSync(join(source, file), join(folder, file));

const percent = (value) => (100 * value).toFixed(1).padStart(5);
const describe = ({ accuracy, interval }) => `${percent(accuracy)} [${interval.map(percent).join(',')} ]`;
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

console.log(
  `${cpus()[0].model}, ${cpus().length} threads, load ${loadavg()[0].toFixed(1)}; runs in ${folder}`,
);
console.log(
  'seed  tuned, %               zero-shot, %           few-shot, %            steps  ms a step  train min  total min',
);
const tuned = [];
for (let seed = 0; seed < Number(seeds); seed++) {
  const file = join(folder, `sst2-seed${seed}.softprompt.json`);
  const task = {
    model: 'smollm2-135m-instruct',
    data: { train: 'train.jsonl', test: 'test500.jsonl' },
    template: 'Review: {text}\nSentiment:',
    target: 'label',
    training: { seed },
  };
  writeFileSync(file, JSON.stringify(task, null, 2));
  const { stdout, status } = spawnSync(process.execPath, [resolve('dist/cli.js'), '--json', 'train', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) process.exit(status ?? 1);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { record, folder: run } = lines.find(({ type }) => type === 'result');
  const events = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const steps = events.filter(({ type }) => type === 'step').map(({ seconds }) => 1000 * seconds);
  const { results, seconds } = record;
  tuned.push(results.tuned.accuracy);
  const columns = [
    String(seed).padEnd(4),
    describe(results.tuned),
    describe(results['zero-shot']),
    describe(results['few-shot']),
    String(steps.length).padStart(5),
    median(steps).toFixed(0).padStart(9),
    (seconds.training / 60).toFixed(1).padStart(9),
    (seconds.total / 60).toFixed(1).padStart(9),
  ];
  console.log(columns.join('  '));
}
console.log(
  `mean of ${tuned.length} seeds: ${percent(tuned.reduce((sum, value) => sum + value, 0) / tuned.length)} %`,
);

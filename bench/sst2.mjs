// Accuracy of a tuned prompt on SST-2 with the defaults, beside the hard prompts, over several seeds, and what it costs:
//   npm run build && node bench/sst2.mjs DATA_FOLDER [seeds]
// DATA_FOLDER holds train.jsonl and test500.jsonl with {text, label}; it is not part of the repository (its licence).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, minutes, readLines, runFolder, runsWithSeeds, summary } from './seeds.mjs';

const [data, seeds = '3'] = process.argv.slice(2);
if (!data) {
  console.error('Which data? node bench/sst2.mjs DATA_FOLDER [seeds]');
  process.exit(2);
}
const task = {
  model: 'smollm2-135m-instruct',
  data: { train: 'train.jsonl', test: 'test500.jsonl' },
  template: 'Review: {text}\nSentiment:',
  target: 'label',
  training: { precision: 'float32' },
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

const folder = runFolder('sst2', data, Object.values(task.data));
console.log(
  'seed  tuned, %               zero-shot, %           few-shot, %            steps  ms a step  train min  total min',
);
const tuned = [];
for (const { seed, record, run } of runsWithSeeds(folder, 'sst2', task, Number(seeds))) {
  const { results, seconds } = record;
  const events = readLines(readFileSync(join(run, 'metrics.jsonl'), 'utf8'));
  const steps = events.filter(({ type }) => type === 'step').map(({ seconds }) => 1000 * seconds);
  tuned.push(results.tuned.accuracy);
  const columns = [
    String(seed).padEnd(4),
    describe(results.tuned),
    describe(results['zero-shot']),
    describe(results['few-shot']),
    String(steps.length).padStart(5),
    median(steps).toFixed(0).padStart(9),
    minutes(seconds.training).padStart(9),
    minutes(seconds.total).padStart(9),
  ];
  console.log(columns.join('  '));
}
console.log(summary(tuned));

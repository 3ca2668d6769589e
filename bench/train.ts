// How long it takes to learn: the same training by PEFT, the best PyTorch we know of and Softprompt, one after another:
//   npm run bench:train -- --model MODEL.gguf --train ROWS.jsonl --test ROWS.jsonl [options]
// A Llama in GGUF, and rows with {text, label}. All sides get the same rows in the same steps, of like length together, the same
// start (words), the same AdamW and learning rates: those of our trainer. The time of the looks at the test rows is not counted.
// Each training is kept as a line of bench/results/training.jsonl and not made again unless told (--again).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openCheckpoint } from '../src/engine/models/openCheckpoint';
import { tellLoad, tellMachine } from './compare/machine';
import { alignColumns } from './compare/report';
import { Sides } from './compare/sides';
import { planTraining, type TrainingNews, type TrainingPlan } from './compare/training';
import { type TrainingRecord, TrainingRecords } from './compare/trainingRecord';
import { trainingFigures, trainingPicture, trainingTable } from './compare/trainingReport';
import { chooseVariants, type Variant } from './compare/variants';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    train: { type: 'string' },
    test: { type: 'string' },
    rows: { type: 'string' }, // Only so many of the training rows, from the first on: they come again and again.
    template: { type: 'string', default: 'Review: {text}\nSentiment:' },
    python: { type: 'string' }, // One with test/oracle/requirements.txt; else bench/.venv is made.
    steps: { type: 'string', default: '100' },
    batch: { type: 'string', default: '16' },
    every: { type: 'string', default: '25' }, // Steps between two looks.
    'learning-rate': { type: 'string', default: '0.03' }, // Falls in a straight line to zero.
    warmup: { type: 'string', default: '0' },
    target: { type: 'string', default: '0.86' }, // Accuracy whose time is looked for.
    seeds: { type: 'string', default: '0' }, // Divided by ",": of the order of the rows.
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' }, // Variants whose name holds this; several, divided by "|".
    again: { type: 'boolean', default: false }, // Also what was measured before.
    records: { type: 'string', default: 'bench/results/training.jsonl' },
    picture: { type: 'string', default: 'bench/results/training.svg' },
  },
});
if (!options.model || !options.train || !options.test) {
  console.error(
    'npm run bench:train -- --model MODEL.gguf --train ROWS.jsonl --test ROWS.jsonl: see bench/train.ts',
  );
  process.exit(2);
}
const VIRTUAL_TOKENS = 20;
/** The training rows, or a file of those that are wanted. */
function trainingRows(file: string): string {
  if (!options.rows) return resolve(file);
  const cut = join(__dirname, `first${options.rows}-${basename(file)}`);
  writeFileSync(cut, readFileSync(file, 'utf8').split('\n').slice(0, Number(options.rows)).join('\n'));
  return cut;
}

const files = {
  model: resolve(options.model),
  train: trainingRows(options.train),
  test: resolve(options.test),
};
const threads = Number(options.threads);
const target = Number(options.target);
const seeds = options.seeds.split(',').map(Number);
const training = {
  steps: Number(options.steps),
  batchRows: Number(options.batch),
  learningRate: Number(options['learning-rate']),
  warmup: Number(options.warmup),
  decay: 'linear' as const,
  evaluateEvery: Number(options.every),
};
const setting = [
  ...Object.values(files).map((file) => basename(file)),
  JSON.stringify(options.template),
  JSON.stringify(training),
  `${threads} threads`,
].join(' ');

/** The task file of a seed: what a user would write. Its validation rows are those that are looked at. */
function writeTask(seed: number, placement: 'before' | 'after'): string {
  const task = {
    model: files.model,
    data: { train: files.train, validation: files.test, test: files.test },
    template: options.template,
    target: { column: 'label', kind: 'label', score: 'first-token' },
    method: { virtualTokens: VIRTUAL_TOKENS, placement },
    training: { ...training, seed },
  };
  const file = join(__dirname, `${placement}-seed${seed}.softprompt.json`);
  writeFileSync(file, JSON.stringify(task, null, 2));
  return file;
}

async function main(): Promise<void> {
  const records = new TrainingRecords(options.records);
  const sides = new Sides(files.model, options.python);
  const checkpoint = await openCheckpoint(files.model);
  const tokenizer = await checkpoint.tokenizer();
  const machine = tellMachine(threads);
  for (const seed of seeds) {
    const tasks = { before: writeTask(seed, 'before'), after: writeTask(seed, 'after') };
    const plan = await planTraining(tokenizer, tasks.before);
    for (const variant of chooseVariants(options.only)) {
      if (!options.again && records.find(setting, variant.name, seed)) continue;
      const loadBefore = tellLoad(`before ${variant.name}, seed ${seed}:`);
      const record = await trainOnce(sides, variant, plan, tasks[variant.frozen ? 'after' : 'before']);
      if (record) {
        const about = { setting, variant: variant.name, seed, date: new Date().toISOString() };
        records.keep({ ...about, machine: { ...machine, loadBefore }, ...record });
      }
    }
  }
  await checkpoint.close();
  const all = records.of(setting);
  if (all.length === 0) return;
  console.log(`\n${training.steps} steps of ${training.batchRows} rows; ${all[0]!.lookRows} rows looked at`);
  console.log(alignColumns(trainingTable(trainingFigures(all, target), target)));
  console.log(
    '× stock, × best: as fast as stock PEFT, and as the fastest PyTorch, to the target and in rows',
  );
  mkdirSync(dirname(resolve(options.picture)), { recursive: true });
  writeFileSync(options.picture, trainingPicture(all));
  console.log(`Curves: ${options.picture}; numbers: ${options.records}`);
}

type Outcome = Omit<TrainingRecord, 'setting' | 'variant' | 'seed' | 'date' | 'machine'>;

/** Undefined where the variant cannot be had here. */
async function trainOnce(
  sides: Sides,
  variant: Variant,
  plan: TrainingPlan,
  task: string,
): Promise<Outcome | undefined> {
  const side = sides.open(variant, {
    start: plan.start,
    words: plan.words,
    threads,
    pass: training.batchRows,
  });
  try {
    const { skipped } = await side.answer<{ skipped?: string }>();
    if (skipped) {
      console.log(`${variant.name}: left out, ${skipped}`);
      return undefined;
    }
    const outcome: Outcome = {
      opened: side.age,
      rowsAStep: training.batchRows,
      losses: [],
      seconds: [],
      looks: [],
      lookRows: plan.validation.length,
      peak: 0,
    };
    let news = await side.ask<TrainingNews>({ work: 'train', task, plan });
    for (; news.type !== 'done'; news = await side.answer<TrainingNews>()) {
      if (news.type === 'step') {
        outcome.losses.push(news.loss);
        outcome.seconds.push(news.seconds);
      } else {
        const { step, accuracy, loss } = news;
        outcome.looks.push({ step, accuracy, loss });
        const spent = outcome.seconds.reduce((sum, one) => sum + one, 0);
        console.log(`  step ${step}: ${(100 * accuracy).toFixed(1)} % after ${spent.toFixed(1)} s`);
      }
    }
    outcome.peak = news.peak;
    return outcome;
  } finally {
    await side.stop();
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

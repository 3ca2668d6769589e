// Softprompt beside PEFT and the best PyTorch we know of, in turn, on the same model file, rows and prompt:
//   npm run bench -- --model MODEL.gguf --rows ROWS.jsonl [options]
// A Llama in GGUF, and rows with {text, label}. Prints a table and what the machine could do, and writes all of it as JSON.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './compare/bundle.mjs';
import { preparePython } from './compare/environment.mjs';
import { figuresOf, sum, table } from './compare/report.mjs';
import { Side } from './compare/side.mjs';
import { VARIANTS } from './compare/variants.mjs';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    rows: { type: 'string' },
    template: { type: 'string', default: 'Review: {text}\nSentiment:' },
    words: { type: 'string', default: 'negative,positive' }, // Labels, each with its word: a space and the label.
    python: { type: 'string' }, // One with test/oracle/requirements.txt; else bench/.venv is made.
    steps: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '2' }, // How often each step is taken; the shortest time counts: others may be at work.
    batch: { type: 'string', default: '16' },
    predict: { type: 'string', default: '128' }, // Rows of the prediction.
    sorted: { type: 'boolean', default: false }, // Rows of like length meet in a step; else as they stand in the file.
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' }, // Variants whose name holds this.
    profile: { type: 'boolean', default: false }, // Which operators our time goes to. Slows us down a little.
    json: { type: 'string', default: `bench/results/${new Date().toISOString().replaceAll(':', '-')}.json` },
  },
});
if (!options.model || !options.rows) {
  console.error('npm run bench -- --model MODEL.gguf --rows ROWS.jsonl [options]: see bench/run.mjs');
  process.exit(2);
}
const VIRTUAL_TOKENS = 20;
/** How far the losses of float32 variants may be apart. */
const TOLERANCE = 1e-3;
/** Above this, someone else is at work too. */
const HIGH_LOAD = 1;

const steps = Number(options.steps);
const batch = Number(options.batch);
const labels = options.words.split(',');
const variants = VARIANTS.filter(({ name }) => name.includes(options.only ?? ''));
const python = variants.some(({ side }) => side === 'PyTorch') ? (options.python ?? preparePython()) : null;
const { folder, script } = await bundle('bench/compare/ours.ts');
const profiles = options.profile ? mkdtempSync(join(folder, 'profile-')) : undefined;
const settings = {
  virtualTokens: VIRTUAL_TOKENS,
  rows: batch,
  threads: Number(options.threads),
  words: labels.map((label) => ` ${label}`),
  cacheFolder: join(folder, 'cache'),
};
const commands = {
  PyTorch: (argument, set) => [python, ['bench/compare/pytorch.py', options.model, argument, set]],
  Softprompt: (argument, set) => [process.execPath, [script, options.model, argument, set]],
};
const open = ({ side, argument }, extra) =>
  new Side(...commands[side](argument, JSON.stringify({ ...settings, ...extra })));

/** The average number of processes that were ready to run in the last minute. */
function load(when) {
  const [value] = loadavg();
  const warning = value > HIGH_LOAD ? ': HIGH, the figures will be worse than they should' : '';
  console.log(`load ${when} ${value.toFixed(2)}${warning}`);
  return value;
}

const all = readFileSync(options.rows, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
  .map(({ text, label }) => ({
    text: options.template.replace('{text}', () => text),
    label: labels.indexOf(label),
  }));
const machine = {
  processor: cpus()[0].model,
  cores: cpus().length,
  threads: settings.threads,
  loadBefore: 0,
  loadAfter: 0,
};
console.log(`${machine.processor}, ${machine.cores} cores, ${machine.threads} threads`);
machine.loadBefore = load('before');

/** Opens a variant and takes the first step, which opens sessions and fills buffers. */
async function start(variant, rows, extra) {
  const side = open(variant, extra);
  const { skipped, versions } = await side.answer();
  if (skipped) return { skipped };
  const opened = side.age;
  const { loss } = await side.ask({ work: 'gradient', rows });
  return { side, versions, loss, times: { opened, firstStep: side.age } };
}

/** Rows of each step: as they stand, or shortest first (a training run shuffles the steps, which does not change their time). */
async function stepsOf(rows, counter) {
  const { lengths } = await counter.ask({ work: 'lengths', rows });
  const order = rows.map((_, i) => i);
  if (options.sorted) order.sort((a, b) => lengths[a] - lengths[b]);
  const parts = Array.from({ length: steps }, (_, i) =>
    order.slice(i * batch, (i + 1) * batch).map((row) => rows[row]),
  );
  return { parts, tokens: sum(lengths) };
}

const measured = {};
const sides = {};
const versions = new Set([`Node ${process.version}`]);
let counter;
try {
  const warmUp = all.slice(0, batch);
  for (const variant of variants) {
    const ours = variant.side === 'Softprompt';
    // Ours compiles the model when it is opened for the first time.
    const cold = ours ? await start(variant, warmUp) : null;
    cold?.side.stop();
    const { side, skipped, times, ...first } = await start(variant, warmUp, ours && { profile: profiles });
    if (skipped) {
      console.log(`${variant.name}: left out, ${skipped}`);
      continue;
    }
    sides[variant.name] = side;
    if (first.versions) versions.add(first.versions);
    if (ours) counter ??= side;
    measured[variant.name] = {
      exact: variant.exact,
      start: times,
      coldStart: cold?.times,
      worstDifference: 0,
      gradient: [],
      forward: [],
    };
  }
  console.log([...versions].join(', '));

  /** Lets all variants do the same work, in turn, and compares their losses. */
  const inTurn = async (request, take) => {
    const losses = [];
    for (const [name, side] of Object.entries(sides)) {
      const answer = await side.ask(request);
      losses.push([name, answer.loss]);
      take(measured[name], answer);
    }
    const [, reference] = losses.find(([name]) => measured[name].exact) ?? losses[0];
    for (const [name, loss] of losses) {
      const difference = Math.abs(loss - reference);
      measured[name].worstDifference = Math.max(measured[name].worstDifference, difference);
      if (measured[name].exact && !(difference <= TOLERANCE)) {
        throw new Error(`${name}: the loss differs by ${difference}: this is not the same work`);
      }
    }
  };
  counter ??= open(VARIANTS.find(({ side }) => side === 'Softprompt'));
  if (!Object.values(sides).includes(counter)) await counter.answer();
  const { parts, tokens } = await stepsOf(all.slice(batch, (steps + 1) * batch), counter);
  /** Takes all steps, some rounds of them, and keeps the shortest time of each. */
  const takeSteps = async (work, rounds) => {
    for (let round = 0; round < rounds; round++) {
      for (const [step, rows] of parts.entries()) {
        await inTurn({ work, rows }, (of, { seconds, peak }) => {
          of[work][step] = Math.min(seconds, of[work][step] ?? seconds);
          if (work === 'gradient') of.peak = peak;
        });
      }
    }
  };
  await takeSteps('gradient', Number(options.rounds));
  await takeSteps('forward', Number(options.rounds));
  const unseen = all.slice(-Number(options.predict));
  if (options.sorted) unseen.sort((a, b) => a.text.length - b.text.length);
  await inTurn({ work: 'predict', rows: unseen }, (of, { seconds }) => {
    of.predict = { rows: unseen.length, seconds };
  });

  const first = Object.values(measured)[0];
  const figures = Object.fromEntries(
    Object.entries(measured).map(([name, of]) => [name, figuresOf(of, first, { rows: batch, tokens })]),
  );
  const { operators } = profiles ? await counter.ask({ work: 'profile' }) : {};
  const { perSecond } = await counter.ask({ work: 'peak' });
  const operations = await counter.ask({ work: 'operations', steps: parts });
  machine.loadAfter = load('after');

  console.log(
    `\n${steps} steps of ${batch} rows${options.sorted ? ', sorted by length' : ''}, the best of ${options.rounds} rounds each`,
  );
  console.log(table(figures));
  console.log('times: as fast as the first line, step by step, in the median');
  for (const [name, { coldStart }] of Object.entries(figures)) {
    if (!coldStart) continue;
    const { opened, firstStep } = coldStart;
    console.log(
      `${name}, nothing compiled yet: open after ${opened.toFixed(1)} s, first step after ${firstStep.toFixed(1)} s`,
    );
  }
  const giga = (value) => (value / 1e9).toFixed(0);
  const count = operations.forward + operations.backward;
  const parted = `${giga(operations.forward / steps)} forward, ${giga(operations.backward / steps)} backward`;
  console.log(`Matrix products of our step: ${giga(count / steps)} GFLOP (${parted});`);
  console.log(
    `the largest rate measured here is ${giga(perSecond)} GFLOP/s: ${(count / steps / perSecond).toFixed(2)} s a step at least.`,
  );
  for (const { name, side } of variants) {
    if (side !== 'Softprompt') continue;
    figures[name].shareOfPeak = count / sum(measured[name].gradient) / perSecond;
    console.log(`${name}: ${(100 * figures[name].shareOfPeak).toFixed(0)} % of that rate`);
  }
  const padding = 1 - (tokens + steps * VIRTUAL_TOKENS) / operations.tokens;
  console.log(`Padding of our micro-batches: ${(100 * padding).toFixed(1)} % of their tokens`);
  if (operators) {
    const total = sum(operators.map(({ seconds }) => seconds));
    console.log('\nOperators of all our work since the start, by onnxruntime:');
    for (const { operator, calls, seconds } of operators.slice(0, 20)) {
      console.log(
        `${operator.padEnd(36)} ${seconds.toFixed(2).padStart(7)} s  ${((100 * seconds) / total).toFixed(1).padStart(5)} %  ${calls} calls`,
      );
    }
  }
  const record = {
    date: new Date().toISOString(),
    machine,
    versions: [...versions],
    options,
    figures,
    seconds: measured,
    theory: { operations, perSecond, padding },
    operators,
  };
  mkdirSync(dirname(resolve(options.json)), { recursive: true });
  writeFileSync(options.json, JSON.stringify(record, null, 2));
  console.log(`\nAll of it: ${options.json}`);
} finally {
  for (const side of [...Object.values(sides), counter]) side?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

// Softprompt beside PEFT and the best PyTorch we know of, in turn, on the same model file, rows and prompt:
//   npm run bench -- --model MODEL.gguf --rows ROWS.jsonl [options]
// A Llama in GGUF, and rows with {text, label}. Prints a table and what the machine could do, and writes all of it as JSON.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openCheckpoint } from '../src/engine/models/openCheckpoint';
import type { Precision } from '../src/protocol/precision';
import { readRows, stepsOf, stretchRows } from './compare/benchRows';
import { tellLoad, tellMachine } from './compare/machine';
import type { OperatorTime } from './compare/profile';
import { alignColumns, figuresOf, figuresTable, type Measured } from './compare/report';
import type { Side } from './compare/side';
import { type BenchRow, type OurSettings, Sides } from './compare/sides';
import { sum } from './compare/statistics';
import { stepBatches } from './compare/stepBatches';
import { leastSeconds, matrixOperations, measureRates, type Operations, type Rates } from './compare/theory';
import { chooseVariants, STOCK } from './compare/variants';

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
    pass: { type: 'string' }, // Rows that go through PyTorch at once, where a whole step does not fit the memory.
    tokens: { type: 'string' }, // Rows of so many tokens, made by saying a text again and again; else as they are.
    predict: { type: 'string', default: '128' }, // Rows of the prediction; 0: none.
    sorted: { type: 'boolean', default: false }, // Rows of like length meet in a step, as in training; else as they stand in the file.
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' }, // Variants whose name holds this; several, divided by "|".
    profile: { type: 'boolean', default: false }, // Which operators our time goes to. Slows us down a little.
    json: { type: 'string', default: `bench/results/${new Date().toISOString().replaceAll(':', '-')}.json` },
  },
});
if (!options.model || !options.rows) {
  console.error('npm run bench -- --model MODEL.gguf --rows ROWS.jsonl [options]: see bench/steps.ts');
  process.exit(2);
}
const VIRTUAL_TOKENS = 20;
/** How far the losses of float32 variants may be apart. */
const TOLERANCE = 1e-3;

const steps = Number(options.steps);
const batch = Number(options.batch);
const labels = options.words.split(',');
const threads = Number(options.threads);
const pass = Number(options.pass ?? batch);
const sides = new Sides(options.model, options.python);

/** Waits for the model and for the first step, which opens sessions and fills buffers. */
async function firstStep(side: Side, rows: readonly BenchRow[]) {
  const { skipped, versions } = await side.answer<{ skipped?: string; versions?: string }>();
  if (skipped) return { skipped };
  const opened = side.age;
  await side.ask({ work: 'gradient', rows });
  return { versions, times: { opened, firstStep: side.age } };
}

async function main(model: string, file: string): Promise<void> {
  const machine = tellMachine(threads);
  const loadBefore = tellLoad('before');
  const checkpoint = await openCheckpoint(model);
  const tokenizer = await checkpoint.tokenizer();
  const settings = {
    start: Array.from({ length: VIRTUAL_TOKENS }, (_, i) => 1000 + i),
    words: labels.map((label) => tokenizer.encode(` ${label}`)[0]!),
    threads,
    pass,
  };
  // What the template has behind the text: where virtual tokens stand behind it, they stand before this.
  const behind = tokenizer.encode(options.template.split('{text}').at(-1)!).length;
  const read = readRows(file, options.template, labels);
  const wanted = [
    ...read.slice(0, (steps + 1) * batch),
    ...read.slice(read.length - Number(options.predict)),
  ];
  const rows = options.tokens ? stretchRows(tokenizer, wanted, Number(options.tokens)) : wanted;
  const encoded = rows.map(({ text, tokens, label }: BenchRow) => ({
    tokens: Int32Array.from(tokens ?? tokenizer.encode(text!)),
    label,
  }));
  const warmUp = rows.slice(0, batch);
  const unseen = rows.slice((steps + 1) * batch);
  const stepping = Array.from({ length: steps * batch }, (_, i) => batch + i);
  const order = { batch, sorted: options.sorted };
  const lengths = stepping.map((i) => encoded[i]!.tokens.length);
  const plan = stepsOf(stepping, lengths, order);
  const tokens = sum(lengths);
  if (options.sorted) unseen.sort((a, b) => (a.text?.length ?? 0) - (b.text?.length ?? 0));

  const profiles = options.profile ? mkdtempSync(join(__dirname, 'profile-')) : undefined;
  const measured: Measured[] = [];
  /** All that were started, and in the order of `measured` those that take part. */
  const open: Side[] = [];
  const taking: Side[] = [];
  const versions = new Set([`Node ${process.version}`]);
  try {
    for (const variant of chooseVariants(options.only)) {
      const begin = async (extra?: Partial<OurSettings>) => {
        const side = sides.open(variant, settings, variant.frozen ? { ...extra, behind } : extra);
        open.push(side);
        return { side, ...(await firstStep(side, warmUp)) };
      };
      // Ours compiles the model when it is opened for the first time.
      const cold = variant.side === 'Softprompt' ? await begin() : undefined;
      await cold?.side.stop();
      const { side, times, ...started } = await begin({ profile: profiles });
      if (!times) {
        console.log(`${variant.name}: left out, ${started.skipped}`);
        continue;
      }
      if (started.versions) versions.add(started.versions);
      const empty = { gradient: plan.map(() => []), forward: plan.map(() => []) };
      measured.push({ variant, start: times, coldStart: cold?.times, ...empty, peak: 0 });
      taking.push(side);
    }
    console.log([...versions].join(', '));

    /** Lets all variants do the same work, in turn, and compares their losses. */
    const inTurn = async (
      request: { work: string; rows: readonly BenchRow[] },
      take: (of: Measured, answer: { seconds: number; peak: number }) => void,
    ) => {
      const losses = new Map<Measured, number>();
      for (const [i, side] of taking.entries()) {
        const of = measured[i]!;
        // Prediction meets new rows: nothing of theirs was computed before.
        if (of.variant.frozen && request.work === 'predict') continue;
        const answer = await side.ask<{ loss: number; seconds: number; outOfMemory?: true }>(request);
        if (answer.outOfMemory) throw new Error(`${of.variant.name}: out of memory; try --pass`);
        if (!of.variant.frozen) losses.set(of, answer.loss);
        take(of, answer);
      }
      const [first] = [...losses.keys()].filter(({ variant }) => variant.exact);
      const reference = first && losses.get(first)!;
      if (reference === undefined) return;
      for (const [of, loss] of losses) {
        const difference = Math.abs(loss - reference);
        of.worstDifference = Math.max(of.worstDifference ?? 0, difference);
        if (of.variant.exact && !(difference <= TOLERANCE)) {
          throw new Error(`${of.variant.name}: the loss differs by ${difference}: this is not the same work`);
        }
      }
    };
    const rowsOf = (step: readonly number[]) => step.map((i) => rows[i]!);
    for (const [i, side] of taking.entries()) {
      const of = measured[i]!;
      if (!of.variant.frozen) continue;
      await side.ask({ work: 'keep', rows: plan.flatMap(rowsOf) });
      of.contexts = [];
      for (const step of plan) {
        const { seconds } = await side.ask<{ seconds: number }>({ work: 'gradient', rows: rowsOf(step) });
        of.contexts.push(seconds);
      }
    }
    for (const work of ['gradient', 'forward'] as const) {
      for (let round = 0; round < Number(options.rounds); round++) {
        for (const [step, chosen] of plan.entries()) {
          await inTurn({ work, rows: rowsOf(chosen) }, (of, { seconds, peak }) => {
            of[work][step]!.push(seconds);
            if (work === 'gradient') of.peak = peak;
          });
        }
      }
    }
    if (unseen.length > 0) {
      await inTurn({ work: 'predict', rows: unseen }, (of, { seconds }) => {
        of.predict = { rows: unseen.length, seconds };
      });
    }
    const ours = measured.findIndex(({ variant }) => variant.side === 'Softprompt');
    const { operators } = profiles
      ? await taking[ours]!.ask<{ operators: OperatorTime[] }>({ work: 'profile' })
      : {};

    const figures = figuresOf(measured, { rows: batch, tokens, stock: STOCK });
    const texts = options.tokens ? ` of ${options.tokens} tokens` : '';
    const kind = options.sorted ? ', of like length together' : '';
    const passes = pass < batch ? ` (${pass} at a time in PyTorch)` : '';
    console.log(
      `\n${steps} steps of ${batch} rows${texts}${passes}${kind}; ${options.rounds} rounds, of which the shortest counts`,
    );
    console.log(alignColumns(figuresTable(figures)));
    console.log('× stock, × best: as fast as stock PEFT, and as the fastest PyTorch, over all steps');
    for (const [name, { contextsPerThousandRows: once }] of Object.entries(figures)) {
      if (once === undefined) continue;
      console.log(
        `${name}: another prompt, another loss; the first pass over the rows took ${once.toFixed(0)} s more for 1,000`,
      );
    }
    for (const [name, { coldStart }] of Object.entries(figures)) {
      if (!coldStart) continue;
      const { opened, firstStep } = coldStart;
      console.log(
        `${name}, nothing compiled yet: open after ${opened.toFixed(1)} s, first step after ${firstStep.toFixed(1)} s`,
      );
    }
    const batches = plan.map((step) => stepBatches(step.map((i) => encoded[i]!)));
    const operations = matrixOperations(checkpoint.model, VIRTUAL_TOKENS, batches);
    const theory = tellTheory(measured, operations, await measureRates(threads));
    const padding = 1 - (tokens + steps * VIRTUAL_TOKENS) / operations.tokens;
    console.log(`Padding of our micro-batches: ${(100 * padding).toFixed(1)} % of their tokens`);
    if (operators) tellOperators(operators);
    const record = {
      date: new Date().toISOString(),
      machine: { ...machine, loadBefore, loadAfter: tellLoad('after') },
      versions: [...versions],
      options,
      figures,
      measured,
      theory: { operations, padding, ...theory },
      operators,
    };
    mkdirSync(dirname(resolve(options.json)), { recursive: true });
    writeFileSync(options.json, JSON.stringify(record, null, 2));
    console.log(`\nAll of it: ${options.json}`);
  } finally {
    for (const side of open) await side.stop();
    await checkpoint.close();
  }
}

/** What our steps come to, were there nothing but matrix products at the machine's largest rates. */
function tellTheory(measured: readonly Measured[], operations: Operations, rates: Rates) {
  const giga = (value: number) => (value / 1e9).toFixed(0);
  const { forward, backward, weights } = operations;
  const shareOfWeights = ((100 * weights) / (forward + backward)).toFixed(0);
  console.log(
    `Matrix products of our step: ${giga(forward / steps)} GFLOP forward, ${giga(backward / steps)} backward; ${shareOfWeights} % of it with weights`,
  );
  console.log(
    `Largest rates measured here: float32 ${giga(rates.float32)} GFLOP/s, int8 ${giga(rates.int8)}`,
  );
  const least: Record<string, { secondsAStep: number; share: number }> = {};
  for (const { variant, gradient } of measured) {
    if (variant.side !== 'Softprompt' || variant.frozen) continue;
    const seconds = leastSeconds(operations, rates, variant.argument as Precision);
    const share = seconds / sum(gradient.map((times) => Math.min(...times)));
    least[variant.name] = { secondsAStep: seconds / steps, share };
    console.log(
      `${variant.name}: at these rates ${(seconds / steps).toFixed(2)} s a step at least, of which ${(100 * share).toFixed(0)} % are reached`,
    );
  }
  return { rates, least };
}

function tellOperators(operators: readonly OperatorTime[]): void {
  const total = sum(operators.map(({ seconds }) => seconds));
  console.log('\nOperators of all our work since the start, by onnxruntime:');
  for (const { operator, calls, seconds } of operators.slice(0, 20)) {
    const share = ((100 * seconds) / total).toFixed(1);
    console.log(
      `${operator.padEnd(36)} ${seconds.toFixed(2).padStart(7)} s  ${share.padStart(5)} %  ${calls} calls`,
    );
  }
}

main(options.model, options.rows).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

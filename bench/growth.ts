// How the cost of a step grows: with its rows, tokens a row, virtual tokens and layers, one at a time, with straight lines:
//   npm run bench:growth -- --model MODEL.gguf [options]
// A Llama in GGUF. The text does not matter for the time: token ids are made up. With PyTorch (--python), stock PEFT's cost for
// tokens a row as well, as far as the memory goes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openCheckpoint } from '../src/engine/models/openCheckpoint';
import {
  DIMENSIONS,
  type Dimension,
  type Growth,
  growthPicture,
  growthTable,
  joinGrowths,
} from './compare/growthReport';
import { tellLoad, tellMachine } from './compare/machine';
import { alignColumns } from './compare/report';
import type { Side } from './compare/side';
import { type BenchRow, Sides } from './compare/sides';
import { chooseVariants, type Variant } from './compare/variants';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    python: { type: 'string' }, // One with test/oracle/requirements.txt; else bench/.venv is made.
    only: { type: 'string', default: 'PEFT|Softprompt' }, // Variants whose name holds this; several, divided by "|".
    dimensions: { type: 'string', default: Object.keys(DIMENSIONS).join('|') },
    rounds: { type: 'string', default: '2' }, // How often each step is taken; the shortest time counts.
    threads: { type: 'string', default: String(availableParallelism()) },
    memory: { type: 'string', default: '8192' }, // Megabytes that PyTorch may take.
    json: { type: 'string', default: 'bench/results/growth.json' },
    picture: { type: 'string', default: 'bench/results/growth.svg' },
  },
});
if (!options.model) {
  console.error('npm run bench:growth -- --model MODEL.gguf: see bench/growth.ts');
  process.exit(2);
}
/** Seconds at a point after which it is not measured again: long steps are even enough. */
const ENOUGH = 10;
const WORDS = [100, 200];
/** Tokens that follow the virtual ones, where these stand behind the text. */
const BEHIND = 4;
/** Token ids from here on are ordinary words. */
const FIRST_TOKEN = 1000;
const SPREAD = 4000;

/** Rows of made-up tokens, all different. */
function makeRows(count: number, tokens: number): BenchRow[] {
  return Array.from({ length: count }, (_, row) => ({
    tokens: Array.from({ length: tokens }, (_, i) => FIRST_TOKEN + ((row * 977 + i * 131) % SPREAD)),
    label: row % WORDS.length,
  }));
}

const startOf = (virtualTokens: number) => Array.from({ length: virtualTokens }, (_, i) => FIRST_TOKEN + i);

async function main(model: string): Promise<void> {
  const threads = Number(options.threads);
  const machine = tellMachine(threads);
  const loadBefore = tellLoad('before');
  const checkpoint = await openCheckpoint(model);
  const { layers } = checkpoint.config;
  await checkpoint.close();
  const sides = new Sides(model, options.python);
  const growths: Growth[] = [];
  // Measured before and not now: a picture can be made in parts.
  const before: Growth[] = existsSync(options.json)
    ? JSON.parse(readFileSync(options.json, 'utf8')).growths
    : [];
  const all = () => joinGrowths(before, growths);
  mkdirSync(dirname(resolve(options.json)), { recursive: true });
  /** Also in between: a long measurement that is broken off has come that far. */
  const keep = () => {
    const machineNow = { ...machine, loadBefore, loadAfter: loadavg()[0]! };
    const record = { date: new Date().toISOString(), machine: machineNow, options, growths: all() };
    writeFileSync(options.json, JSON.stringify(record, null, 2));
    writeFileSync(options.picture, growthPicture(all()));
  };
  for (const dimension of options.dimensions.split('|') as Dimension[]) {
    const { usual, values } = DIMENSIONS[dimension];
    for (const variant of chooseVariants(options.only)) {
      if (variant.side === 'PyTorch' && dimension !== 'tokens') continue;
      const growth: Growth = { dimension, variant: variant.name, points: [] };
      let side: Side | undefined;
      try {
        for (const value of values(layers)) {
          const shape = { ...usual, [dimension]: value };
          if (!side || dimension === 'layers') {
            await side?.stop();
            side = open(sides, variant, threads, shape.layers);
            const { skipped } = await side.answer<{ skipped?: string }>();
            if (skipped) {
              growth.ended = skipped;
              break;
            }
          }
          const request = {
            work: 'gradient',
            rows: makeRows(shape.rows, shape.tokens),
            start: startOf(shape.virtualTokens),
          };
          if (variant.frozen) await side.ask({ work: 'keep', rows: request.rows });
          let least = Number.POSITIVE_INFINITY;
          let peak = 0;
          let spent = 0;
          // The first one opens sessions and fills buffers, and computes what is computed once.
          for (let round = 0; round <= Number(options.rounds) && spent < ENOUGH; round++) {
            const answer = await side.ask<{ seconds: number; outOfMemory?: true }>(request);
            if (answer.outOfMemory) growth.ended = `${value} want more than ${options.memory} MB`;
            if (growth.ended) break;
            if (round > 0) {
              least = Math.min(least, answer.seconds);
              spent += answer.seconds;
            }
            peak = answer.peak;
          }
          if (growth.ended) break;
          growth.points.push({ value, seconds: least, peak });
        }
      } finally {
        await side?.stop();
      }
      growths.push(growth);
      console.log(
        `\n${variant.name}, ${DIMENSIONS[dimension].title}${growth.ended ? `: ${growth.ended}` : ''}`,
      );
      console.log(growthPoints(growth));
      keep();
    }
  }
  console.log('\nStraight lines through the points, and what part of their spread they explain:');
  console.log(alignColumns(growthTable(all())));
  keep();
  console.log(`\nAll of it: ${options.json}, ${options.picture}`);
}

function open(sides: Sides, variant: Variant, threads: number, layers: number | undefined): Side {
  const settings = { start: startOf(DIMENSIONS.tokens.usual.virtualTokens), words: WORDS, threads };
  const limits = { pass: DIMENSIONS.tokens.usual.rows, maxMegabytes: Number(options.memory) };
  return sides.open(variant, { ...settings, ...limits }, { layers, behind: variant.frozen && BEHIND });
}

function growthPoints({ points }: Growth): string {
  return alignColumns([
    ['', ...points.map(({ value }) => String(value))],
    ['seconds a step', ...points.map(({ seconds }) => seconds.toFixed(3))],
    ['peak so far, MB', ...points.map(({ peak }) => peak.toFixed(0))],
  ]);
}

main(options.model).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

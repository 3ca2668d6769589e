// Seconds of one optimiser step, ours beside stock PEFT, in turn on the same rows, weights and prompt length:
//   node bench/step.mjs MODEL.gguf ROWS.jsonl PYTHON [steps]
// ROWS.jsonl holds {text, label}; PYTHON has the packages of test/oracle/requirements.txt. 16 rows a step, drawn as they
// stand in the file; PEFT pads them to the longest, as its users do. Both sides stay open and take turns.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

const [model, rowsFile, python, count = '10'] = process.argv.slice(2);
if (!python) {
  console.error('node bench/step.mjs MODEL.gguf ROWS.jsonl PYTHON [steps]');
  process.exit(2);
}
const ROWS = 16;
const VIRTUAL_TOKENS = 20;

/** Reads a step's token ids and classes from a line, and answers with its loss and milliseconds. */
const OURS = `
import { createInterface } from 'node:readline';
import { openPromptModel } from './src/engine/compile/openPromptModel';
import { defaultCacheFolder } from './src/engine/models/cacheFolder';
import { openCheckpoint } from './src/engine/models/openCheckpoint';
import { microBatches } from './src/engine/prompt/batches';

async function main() {
  const checkpoint = await openCheckpoint(process.argv[2]);
  const tokenizer = await checkpoint.tokenizer();
  const model = await openPromptModel(checkpoint, { cacheFolder: defaultCacheFolder() });
  const words = Int32Array.from([' negative', ' positive'].map((word) => tokenizer.encode(word)[0]));
  const prompt = model.embed(Array.from({ length: ${VIRTUAL_TOKENS} }, (_, i) => 1000 + i));
  for await (const line of createInterface({ input: process.stdin })) {
    const rows = JSON.parse(line).map(({ text, label }) => ({ tokens: tokenizer.encode(text), label }));
    const start = performance.now();
    const batches = microBatches(rows.map(({ tokens }) => tokens.length), { maxTokens: 512 }).map((indices) => ({
      rows: indices.map((i) => ({ tokens: Int32Array.from(rows[i].tokens) })),
      readouts: indices.map((i, row) => ({ row, position: rows[i].tokens.length - 1, target: rows[i].label })),
    }));
    const { loss } = await model.gradient(prompt, batches, words);
    console.log(JSON.stringify({ loss, ms: performance.now() - start, peak: process.resourceUsage().maxRSS / 1024 }));
  }
}
main();
`;

class Side {
  constructor(command, args) {
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }
  async step(rows) {
    this.process.stdin.write(`${JSON.stringify(rows)}\n`);
    const { value } = await this.answers.next();
    return JSON.parse(value);
  }
}

// Inside node_modules, so that the native runtime is found.
mkdirSync('node_modules/.cache', { recursive: true });
const folder = mkdtempSync(resolve('node_modules/.cache/step-'));
const script = join(folder, 'ours.cjs');
await build({
  stdin: { contents: OURS, resolveDir: process.cwd(), loader: 'ts' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  external: ['onnxruntime-node'],
  outfile: script,
  logLevel: 'warning',
});
const rows = readFileSync(rowsFile, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
  .map(({ text, label }) => ({ text: `Review: ${text}\nSentiment:`, label: label === 'positive' ? 1 : 0 }));
const sides = {
  ours: new Side(process.execPath, [script, model]),
  PEFT: new Side(python, ['bench/peft_step.py', model, String(VIRTUAL_TOKENS)]),
};

console.log(
  `${cpus()[0].model}, ${cpus().length} threads, load ${loadavg()[0].toFixed(1)}; ${ROWS} rows a step`,
);
const times = { ours: [], PEFT: [] };
const peaks = {};
// The first step opens sessions and fills buffers, and is not counted.
for (let step = 0; step <= Number(count); step++) {
  const batch = rows.slice(step * ROWS, (step + 1) * ROWS);
  const losses = [];
  for (const [name, side] of Object.entries(sides)) {
    const { loss, ms, peak } = await side.step(batch);
    losses.push(loss);
    peaks[name] = peak;
    if (step > 0) times[name].push(ms);
  }
  const difference = Math.abs(losses[0] - losses[1]);
  if (difference > 1e-3) throw new Error(`the losses differ by ${difference}: this is not the same work`);
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
for (const [name, values] of Object.entries(times)) {
  const figures = `median ${median(values).toFixed(0)} ms, minimum ${Math.min(...values).toFixed(0)} ms`;
  console.log(`${name.padEnd(5)} ${figures}, peak memory ${peaks[name].toFixed(0)} MB`);
}
const ratios = times.PEFT.map((value, i) => value / times.ours[i]);
console.log(`PEFT / ours, step by step: median ${median(ratios).toFixed(2)}`);
for (const { process: child } of Object.values(sides)) child.kill();
rmSync(folder, { recursive: true });
process.exit(0);

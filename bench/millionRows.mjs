// Seconds and memory for a dataset of a million rows, in every format: node bench/millionRows.mjs [rows]
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const rows = Number(process.argv[2] ?? 1_000_000);
const WORDS =
  'the "quoted" parcel, which we were told would arrive, is lost and nobody answers the phone'.split(' ');

/** Different texts of 8 to 23 words, in 20 classes. */
function* generate() {
  let state = 1;
  const draw = (n) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
  for (let i = 0; i < rows; i++) {
    const words = Array.from({ length: 8 + draw(16) }, () => WORDS[draw(WORDS.length)]);
    yield { text: `${words.join(' ')} ${i}`, label: `class_${i % 20}` };
  }
}

const FORMATS = {
  csv: {
    head: 'text,label\n',
    row: ({ text, label }) => `"${text.replaceAll('"', '""')}",${label}\n`,
    foot: '',
  },
  jsonl: { head: '', row: (row) => `${JSON.stringify(row)}\n`, foot: '' },
  json: { head: '[\n', row: (row, i) => `${i > 0 ? ',' : ''}${JSON.stringify(row)}\n`, foot: ']\n' },
};

const MEASURE = `
import { readDataset } from './src/engine/data/readDataset';
import { inspectDataset } from './src/engine/data/inspect';
import { prepareTask } from './src/engine/task/prepareTask';

const [file, taskFile] = process.argv.slice(2);
const steps = { read: () => readDataset(file), inspect: () => inspectDataset(file), prepare: () => prepareTask(taskFile) };
const megabytes = (bytes) => (bytes / 1e6).toFixed(0) + ' MB';
async function held(step) {
  gc();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const result = await step();
  const seconds = (performance.now() - start) / 1000;
  gc();
  // Asked for after the measurement, so that the result is alive during it.
  return { bytes: process.memoryUsage().heapUsed - before, seconds, parts: Object.keys(result).length };
}
async function measure() {
  for (const [name, step] of Object.entries(steps)) {
    const { seconds, bytes } = await held(step);
    console.log('  ' + name.padEnd(8), seconds.toFixed(1) + ' s, holds ' + megabytes(bytes));
  }
  console.log('  highest resident memory', megabytes(process.resourceUsage().maxRSS * 1024));
}
measure();
`;

const folder = mkdtempSync(join(tmpdir(), 'softprompt-bench-'));
try {
  const script = join(folder, 'measure.cjs');
  await build({
    stdin: { contents: MEASURE, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    outfile: script,
    logLevel: 'warning',
  });
  for (const [extension, { head, row, foot }] of Object.entries(FORMATS)) {
    const file = join(folder, `data.${extension}`);
    const out = createWriteStream(file);
    out.write(head);
    let i = 0;
    for (const value of generate()) {
      if (!out.write(row(value, i++))) await new Promise((resolve) => out.once('drain', resolve));
    }
    await new Promise((resolve) => out.end(foot, resolve));
    const taskFile = join(folder, `${extension}.softprompt.json`);
    writeFileSync(taskFile, JSON.stringify({ model: 'none', data: file }));
    console.log(
      `${extension}: ${rows.toLocaleString('en')} rows, ${(statSync(file).size / 1e6).toFixed(0)} MB`,
    );
    console.log(
      execFileSync(process.execPath, ['--expose-gc', script, file, taskFile], { encoding: 'utf8' }),
    );
    rmSync(file);
  }
} finally {
  rmSync(folder, { recursive: true });
}

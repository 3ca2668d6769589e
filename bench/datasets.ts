// What the editor waits for with large datasets, asked of the packed training host as the extension and its pages ask:
//   npm run bench:datasets -- [--rows 100000] [--megabytes 500] [--parquet 1000000] [--model smollm2-135m-instruct]
// Lens, hints and problems of a CSV file that is opened as text; tables of a CSV and a Parquet file that are too large for that.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HostClient } from '../src/extension/host/hostClient';
import type { TableQuery } from '../src/protocol/tableQuery';
import { tellLoad, tellMachine } from './compare/machine';
import { alignColumns } from './compare/report';
import {
  type DatasetsRecord,
  megabytes,
  type OpenedTable,
  type OpenedText,
  tablesTable,
  textTable,
} from './editor/datasetsReport';
import { writeCsv, writeParquet } from './editor/madeRows';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    megabytes: { type: 'string', default: '500' },
    parquet: { type: 'string', default: '1000000' },
    model: { type: 'string', default: 'smollm2-135m-instruct' }, // Its tokenizer counts.
    json: { type: 'string', default: 'bench/results/datasets.json' },
  },
});
/** Lines of an editor, and rows of a table, that are on the screen. */
const LINES = 50;
const PAGE_ROWS = 100;
const SCROLLS = 40;
/** Between two questions how far a table is, as in extension/table/tableSession.ts. */
const POLL_MILLISECONDS = 250;
/** In no row. */
const MISSING = 'no such words';

const since = (startedAt: number): number => performance.now() - startedAt;

/** A training host for this work alone, started before the clock is. */
async function withHost<T extends object>(
  work: (host: HostClient) => Promise<T>,
): Promise<T & { memory?: number }> {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };
  const host = new HostClient({ script: resolve('dist/host.js'), settings: () => ({}), log: silent });
  try {
    await host.request('models/list', {});
    return { ...(await work(host)), memory: mostResident(host.process) };
  } finally {
    await host.dispose();
  }
}

/** The most memory that a process had so far, in bytes; Linux tells. */
function mostResident(process: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${process}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** What happens when a CSV file with a task is opened: lens, hints and problems are asked for at once. */
async function openText(folder: string): Promise<OpenedText> {
  const file = join(folder, 'text.csv');
  const rows = await writeCsv(file, { rows: Number(options.rows) });
  const taskFile = join(folder, 'text.softprompt.json');
  writeFileSync(taskFile, JSON.stringify({ model: options.model, data: 'text.csv', target: 'label' }));
  return withHost(async (host) => {
    const startedAt = performance.now();
    const timed = async (answer: Promise<unknown>): Promise<number> => {
      await answer;
      return since(startedAt);
    };
    const hintsFrom = (firstLine: number) =>
      host.request('dataset/rows', { file, taskFile, firstLine, lastLine: firstLine + LINES - 1 });
    const [lens, hints, problems] = await Promise.all([
      timed(host.request('dataset/inspect', { file })),
      timed(hintsFrom(1)),
      timed(host.request('task/check', { file: taskFile })),
    ]);
    const scrolls: number[] = [];
    for (let i = 1; i <= SCROLLS; i++) {
      const askedAt = performance.now();
      const { rows: measured } = await hintsFrom(Math.floor((i * rows) / (SCROLLS + 1)));
      if (measured.length < LINES) throw new Error(`${measured.length} rows were measured, not ${LINES}.`);
      scrolls.push(since(askedAt));
    }
    return { rows, bytes: statSync(file).size, lens, hints, problems, scrolls };
  });
}

async function openTable(file: string): Promise<OpenedTable> {
  return withHost(async (host) => {
    const viewer = { viewer: 'bench', file };
    const startedAt = performance.now();
    const untilDone = async (query: TableQuery): Promise<number> => {
      for (;;) {
        const { done, found, rows, error } = await host.request('table/state', { ...viewer, query });
        if (error) throw new Error(error.message);
        if (done && found.done) return rows;
        await sleep(POLL_MILLISECONDS);
      }
    };
    const rowsFrom = (from: number) =>
      host.request('table/rows', { ...viewer, query: {}, from, count: PAGE_ROWS });
    await host.request('table/state', { ...viewer, query: {} });
    await rowsFrom(0);
    const firstRows = since(startedAt);
    const rows = await untilDone({});
    const all = since(startedAt);
    const scrolls: number[] = [];
    for (let i = 1; i <= SCROLLS; i++) {
      const askedAt = performance.now();
      // Up and down: a place that was read before is not read on from.
      await rowsFrom(Math.floor((((i * 17) % SCROLLS) * rows) / (SCROLLS + 1)));
      scrolls.push(since(askedAt));
    }
    const searchedAt = performance.now();
    await untilDone({ text: MISSING });
    const found = since(searchedAt);
    const format = extname(file) === '.csv' ? 'CSV' : 'Parquet';
    return { format, rows, bytes: statSync(file).size, firstRows, all, scrolls, found };
  });
}

async function main(): Promise<void> {
  const machine = { ...tellMachine(availableParallelism()), loadBefore: tellLoad('before') };
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-bench-'));
  try {
    const text = await openText(folder);
    console.log(alignColumns(textTable({ text })));
    console.log(`the training host's memory, at most: ${megabytes(text.memory)} MB\n`);
    const csv = join(folder, 'large.csv');
    const parquet = join(folder, 'large.parquet');
    await writeCsv(csv, { bytes: Number(options.megabytes) * 1e6 });
    await writeParquet(parquet, Number(options.parquet));
    const tables = [await openTable(csv), await openTable(parquet)];
    console.log(alignColumns(tablesTable({ tables })));
    const record: DatasetsRecord = {
      date: new Date().toISOString(),
      machine,
      model: options.model,
      text,
      tables,
    };
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, JSON.stringify(record));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();

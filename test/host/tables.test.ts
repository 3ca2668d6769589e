import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HostClient } from '../../src/extension/host/hostClient';
import type { TableState } from '../../src/protocol/table';
import { buildHost, keepingLog } from './builtHost';

const ROWS = 200_000;

let folder: string;
let host: HostClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-tables-'));
  host = new HostClient({
    script: await buildHost('tables'),
    settings: () => ({ cacheFolder: folder }),
    log: keepingLog(),
  });
});
afterAll(async () => {
  await host.dispose();
  await rm(folder, { recursive: true });
});

it('has the first rows of a large file long before all of them, and any row after that', async () => {
  const file = join(folder, 'large.csv');
  const words = 'so that the file is large '.repeat(8);
  const lines = Array.from({ length: ROWS }, (_, i) => `${i + 1},"row ${i + 1}, ${words}",${i % 2}`);
  await writeFile(file, `id,text,label\n${lines.join('\n')}\n`);
  const viewer = { viewer: 'v', file };
  const asked = performance.now();
  let state: TableState = await host.request('table/state', { ...viewer, query: {} });
  const first = await host.request('table/rows', { ...viewer, query: {}, from: 0, count: 50 });
  const firstAfter = performance.now() - asked;
  expect(first.rows.map(({ row }) => row)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect(state).toMatchObject({ done: false });
  expect(state.rows).toBeLessThan(ROWS / 2);
  while (!state.done) state = await host.request('table/state', { ...viewer, query: {} });
  const allAfter = performance.now() - asked;
  console.log(`first rows after ${firstAfter.toFixed(0)} ms, all after ${allAfter.toFixed(0)} ms`);
  expect(state).toMatchObject({ rows: ROWS, leftOut: 0, found: { rows: ROWS, done: true } });
  const last = await host.request('table/rows', { ...viewer, query: {}, from: ROWS - 10, count: 50 });
  expect(last.rows.map(({ cells }) => cells[0])).toEqual(
    Array.from({ length: 10 }, (_, i) => String(ROWS - 9 + i)),
  );
  const row = await host.request('table/row', { ...viewer, row: 123_456 });
  expect(row?.cells[1]).toBe(`row 123456, ${words}`);
  await host.request('table/close', { viewer: 'v' });
});

it('reads packed Parquet in the built host, and says what is wrong with a file', async () => {
  const file = join(__dirname, '../oracle/fixtures/parquet/zstd.parquet');
  const state = await host.request('table/state', { viewer: 'p', file, query: {} });
  expect(state).toMatchObject({ format: 'parquet', rows: 24 });
  const broken = join(folder, 'broken.parquet');
  await writeFile(broken, 'PAR1 and nothing else');
  await expect(host.request('table/state', { viewer: 'b', file: broken, query: {} })).rejects.toMatchObject({
    code: 'data-invalid',
    message: 'This is not a Parquet file, or not all of it.',
  });
  await expect(
    host.request('table/rows', { viewer: 'p', file, query: {}, from: 0, count: 1_000_000 }),
  ).rejects.toThrow('table/rows');
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { formatOf } from '../../../src/engine/data/formats';
import { readDataset } from '../../../src/engine/data/readDataset';
import { Table } from '../../../src/engine/data/table/table';
import { Tables } from '../../../src/engine/data/table/tables';
import { openTextBlocks } from '../../../src/engine/data/table/textBlocks';
import type { TableRow } from '../../../src/protocol/table';
import type { TableQuery } from '../../../src/protocol/tableQuery';

const folder = mkdtempSync(join(tmpdir(), 'softprompt-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ALL: TableQuery = {};
const NEVER = new AbortController().signal;

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** A table that has read its file to the end. */
async function readTable(file: string, query = ALL): Promise<Table> {
  const table = await Table.open(file);
  for (;;) {
    const { done, found } = table.state(query, undefined);
    if (done && found.done) return table;
    await new Promise(setImmediate);
  }
}

async function allRows(table: Table, query = ALL): Promise<TableRow[]> {
  return table.slice(query, 0, Number.MAX_SAFE_INTEGER, NEVER);
}

async function texts(file: string, query: TableQuery, column = 0): Promise<string[]> {
  const table = await readTable(file, query);
  const rows = await allRows(table, query);
  await table.close();
  return rows.map(({ cells }) => cells[column] ?? '');
}

describe('Table', () => {
  // Rows of many sizes, so that blocks end anywhere: in quotes, between CR and LF, in the middle of a letter.
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom('', 'a,b', '"', 'x\r\ny', '\r', 'ü'.repeat(300), '漢字'.repeat(2000), 'z'.repeat(9000)),
  );
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 200 });
  const csvCell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const FORMATS: Record<string, (rows: [string, string][]) => string> = {
    'a.csv': (rows) => `text,label\r\n${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}`,
    'a.tsv': (rows) => `\uFEFFtext\tlabel\r${rows.map((row) => row.map(csvCell).join('\t')).join('\r')}\r`,
    'a.jsonl': (rows) =>
      rows.map(([text, label], i) => `${JSON.stringify(i % 7 ? { text, label } : { label })}\n`).join('\n'),
    'a.json': (rows) =>
      JSON.stringify(
        rows.map(([text, label], i) => (i % 5 ? { text, label } : { extra: text })),
        null,
        1,
      ),
  };

  it.each(Object.keys(FORMATS))(
    'has the rows that readDataset has, block by block, read twice: %s',
    async (name) => {
      const format = formatOf(name);
      if (!('reader' in format)) throw new Error('not a stream');
      let blocks = 0;
      await fc.assert(
        fc.asyncProperty(
          rows,
          fc.array(fc.nat(199), { maxLength: 3 }),
          fc.integer({ min: 16, max: 20_000 }),
          async (cells, broken, blockBytes) => {
            const lines = FORMATS[name]!(cells).split('\n');
            for (const at of broken) if (lines[at] !== undefined && at > 0) lines[at] += '{"x';
            const path = write(name, lines.join('\n'));
            const dataset = await readDataset(path).catch(() => undefined);
            const file = await openTextBlocks(path, format.reader, blockBytes);
            const scanned: TableRow[] = [];
            try {
              for await (const part of file.scan()) scanned.push(...part.rows);
            } catch {
              expect(dataset).toBeUndefined();
            }
            const again: TableRow[] = [];
            for (let block = 0; block < file.blocks.length; block++) again.push(...(await file.read(block)));
            await file.close();
            blocks += file.blocks.length;
            expect(again).toEqual(scanned);
            expect(again.map(({ row }) => row)).toEqual(again.map((_, i) => i + 1));
            if (!dataset) return;
            const good = again.filter(({ fault }) => fault === undefined);
            expect(good.map(({ row, line }) => [row, line])).toEqual(
              Array.from({ length: dataset.length }, (_, i) => [dataset.rowAt(i).row, dataset.rowAt(i).line]),
            );
            expect(again.length - good.length).toBe(dataset.leftOut.count);
            expect(file.columns).toEqual(dataset.columns);
            for (const [i, column] of dataset.columns.entries()) {
              expect(good.map((row) => row.cells[i] ?? '')).toEqual(dataset.column(column));
            }
          },
        ),
        { numRuns: 40 },
      );
      // Files of several blocks were among them; how many is chance.
      expect(blocks).toBeGreaterThan(40);
    },
  );

  it('reads blocks from the middle of a file of many, and of Parquet', async () => {
    const count = 20_000;
    const lines = Array.from({ length: count }, (_, i) => `"row ${i}, ${'x'.repeat(i % 90)}",${i % 3}`);
    const csv = write('long.csv', `text,label\n${lines.join('\n')}\n`);
    const parquet = write(
      'long.parquet',
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            {
              name: 'text',
              data: Array.from({ length: count }, (_, i) => `row ${i}, ${'x'.repeat(i % 90)}`),
            },
            { name: 'label', data: Array.from({ length: count }, (_, i) => String(i % 3)) },
          ],
          rowGroupSize: 7_001,
        }),
      ),
    );
    for (const file of [csv, parquet]) {
      const table = await readTable(file);
      expect(table.blockCount).toBeGreaterThan(3);
      const slice = await table.slice(ALL, 13_990, 20, NEVER);
      expect(slice.map(({ row, cells }) => [row, cells[0]!.split(',')[0], cells[1]])).toEqual(
        Array.from({ length: 20 }, (_, i) => [13_991 + i, `row ${13_990 + i}`, String((13_990 + i) % 3)]),
      );
      expect(table.state(ALL, undefined)).toMatchObject({ rows: count, leftOut: 0, read: 1, done: true });
      expect(await table.slice(ALL, count, 10, NEVER)).toEqual([]);
      expect(await table.row(count + 1)).toBeUndefined();
      await table.close();
    }
  });

  it('summarises columns as inspecting does', async () => {
    const lines = Array.from(
      { length: 300 },
      (_, i) => `word ${i},${['a', 'b', 'b'][i % 3]},${i % 10 ? i / 2 : ''},`,
    );
    const file = write('columns.csv', `text,label,number,nothing\n${lines.join('\n')}\nbroken\n`);
    const table = await readTable(file);
    const state = table.state(ALL, undefined);
    expect(state.leftOut).toBe(1);
    expect(state.columns).toMatchObject([
      { name: 'text', kind: 'text', missing: 0, meanLength: expect.closeTo(7.6, 1) },
      {
        name: 'label',
        kind: 'class',
        classes: [
          { value: 'b', count: 200 },
          { value: 'a', count: 100 },
        ],
      },
      { name: 'number', kind: 'number', missing: 30, least: 0.5, most: 149.5 },
      { name: 'nothing', kind: 'empty', missing: 300 },
    ]);
    expect(state.columns![0]).not.toHaveProperty('distinct');
    expect(state.columns![1]).toMatchObject({ distinct: 2 });
    expect(table.state(ALL, state.revision)).not.toHaveProperty('columns');
    await table.close();
  });

  it('finds text in any cell, and rows of a class', async () => {
    const file = write('find.csv', 'text,label\nAlpha,x\nbeta, y\nGAMMA,ALPHAbet\ndelta,y\n');
    expect(await texts(file, { text: 'alpha' })).toEqual(['Alpha', 'GAMMA']);
    expect(await texts(file, { only: { column: 'label', value: 'y' } })).toEqual(['beta', 'delta']);
    expect(await texts(file, { text: 'd', only: { column: 'label', value: 'y' } })).toEqual(['delta']);
    expect(await texts(file, { text: 'nowhere' })).toEqual([]);
    expect(await texts(file, { only: { column: 'none', value: '' } })).toEqual([
      'Alpha',
      'beta',
      'GAMMA',
      'delta',
    ]);
  });

  it('sorts by number or by the alphabet, empty cells last, equal ones as they stand', async () => {
    const file = write('sort.csv', 'name,size\nb,10\nA,9\n,\nc,-1\na,9\n');
    const by = (column: string, descending: boolean): TableQuery => ({ sort: { column, descending } });
    expect(await texts(file, by('size', false))).toEqual(['c', 'A', 'a', 'b', '']);
    expect(await texts(file, by('size', true))).toEqual(['b', 'A', 'a', 'c', '']);
    expect(await texts(file, by('name', false))).toEqual(['A', 'a', 'b', 'c', '']);
    expect(await texts(file, by('name', true))).toEqual(['c', 'b', 'A', 'a', '']);
  });

  it('keeps what came before an error', async () => {
    const table = await readTable(write('torn.json', '[{"a":"1"},{"a":"2"}] x'));
    expect(table.state(ALL, undefined)).toMatchObject({ rows: 2, error: { code: 'data-invalid' } });
    await table.close();
    await expect(Table.open(write('empty.csv', ''))).rejects.toThrow('The file is empty.');
    await expect(Table.open(write('utf16.csv', Buffer.from('\uFEFFa,b', 'utf16le')))).rejects.toThrow(
      'UTF-16',
    );
  });
});

describe('Tables', () => {
  it('opens at the first question, again after a close, and anew when the file has changed', async () => {
    const tables = new Tables();
    const file = write('changing.csv', 'text\none\n');
    const viewer = { viewer: 'v', file };
    const first = await tables.state({ ...viewer, query: ALL });
    expect(first.rows).toBe(1);
    writeFileSync(file, 'text\none\ntwo\n');
    const second = await tables.state({ ...viewer, query: ALL });
    expect(second.rows).toBe(2);
    expect(second.version).not.toBe(first.version);
    tables.close('v');
    const { rows } = await tables.rows({ ...viewer, query: ALL, from: 0, count: 5 }, NEVER);
    expect(rows).toHaveLength(0); // nothing is known yet: the state comes first
    expect((await tables.state({ ...viewer, query: ALL })).rows).toBe(2);
    expect(await tables.row({ ...viewer, row: 2 })).toEqual({ row: 2, line: 3, cells: ['two'] });
    expect(await tables.row({ ...viewer, row: 3 })).toBeNull();
    tables.close('v');
    await expect(tables.state({ viewer: 'w', file: join(folder, 'gone.csv'), query: ALL })).rejects.toThrow(
      'no such file',
    );
  });
});

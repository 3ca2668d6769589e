import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { readDataset } from '../../src/engine/data/readDataset';
import { openParquetBlocks } from '../../src/engine/data/table/parquetBlocks';
import { rowsOf, valuesOf } from './readText';

const FIXTURES = join(__dirname, '../oracle/fixtures/parquet');
const expected = JSON.parse(readFileSync(join(FIXTURES, 'rows.json'), 'utf8')) as Record<string, string>[];

const folder = mkdtempSync(join(tmpdir(), 'softprompt-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

describe('readDataset of Parquet', () => {
  it.each(['snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'none', 'pages2'])(
    'reads what pyarrow wrote: %s',
    async (name) => {
      const file = join(FIXTURES, `${name}.parquet`);
      const dataset = await readDataset(file);
      expect(dataset.problems).toEqual([]);
      expect(dataset.format).toBe('parquet');
      expect(dataset.hash).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
      expect(valuesOf(dataset)).toEqual(expected);
      // A row's line is its number: there are no lines.
      expect(rowsOf(dataset).map(({ row, line }) => [row, line])).toEqual(
        expected.map((_, i) => [i + 1, i + 1]),
      );
      expect(dataset.endLineAt(7)).toBe(8);
    },
  );

  it('says so when there are no rows', async () => {
    const dataset = await readDataset(join(FIXTURES, 'empty.parquet'));
    expect(dataset.problems).toMatchObject([{ kind: 'no-rows', severity: 'error' }]);
    expect(dataset.columns).toEqual(Object.keys(expected[0]!));
  });

  it('tells columns of one name apart: each has its own values, and the second a number', async () => {
    const values = (letter: string) => Array.from({ length: 9 }, (_, i) => `${letter}${i}`);
    const columnData = [
      { name: 'text', data: values('a'), type: 'STRING' as const },
      { name: 'tex2', data: values('b'), type: 'STRING' as const },
      { name: 'notes', data: values('c').map((note) => [note]), type: 'JSON' as const },
      { name: 'tex3', data: values('d'), type: 'STRING' as const },
    ];
    const bytes = Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 5 }));
    // The writer would not write two columns of one name.
    const renamed = bytes.toString('latin1').replaceAll(/tex[23]/g, 'text');
    const file = write('twins.parquet', Buffer.from(renamed, 'latin1'));
    const dataset = await readDataset(file);
    expect(dataset.columns).toEqual(['text', 'text (2)', 'notes', 'text (3)']);
    expect(valuesOf(dataset)[7]).toEqual({ text: 'a7', 'text (2)': 'b7', notes: '["c7"]', 'text (3)': 'd7' });
    expect(dataset.problems.map(({ message, place }) => [message, place])).toEqual([
      ['Column 2 is called "text" like another one; it is "text (2)" here.', { file }],
      ['Column 4 is called "text" like another one; it is "text (3)" here.', { file }],
    ]);
    const table = await openParquetBlocks(file);
    expect(table.columns).toEqual(dataset.columns);
    expect((await table.read(1))[0]!.cells).toEqual(['a5', 'b5', '["c5"]', 'd5']);
    await table.close();
  });

  it('refuses a file that was cut off, is something else, or lies, at any place', async () => {
    const bytes = readFileSync(join(FIXTURES, 'snappy.parquet'));
    const lengths = [3, 4, 8, 12, 100, bytes.length >> 1, bytes.length - 9, bytes.length - 1];
    for (const length of lengths) {
      await expect(
        readDataset(write(`cut${length}.parquet`, bytes.subarray(0, length))),
      ).rejects.toMatchObject({
        code: 'data-invalid',
        details: { hint: expect.stringContaining('cut off') },
      });
    }
    await expect(
      readDataset(write('text.parquet', Buffer.from('text,label\na,b\n'.repeat(9)))),
    ).rejects.toMatchObject({
      code: 'data-invalid',
    });
    await expect(readDataset(write('nothing.parquet', Buffer.alloc(0)))).rejects.toThrow(
      'The file is empty.',
    );
  });

  it('never breaks in any other way on bytes that were changed', async () => {
    const bytes = readFileSync(join(FIXTURES, 'none.parquet'));
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      const changed = Buffer.from(bytes);
      // Half of them in the table of contents at the end.
      const at = i % 2 ? (i * 7919) % bytes.length : bytes.length - 9 - ((i * 31) % 4000);
      changed[at] = changed[at]! ^ (1 << (i % 8));
      try {
        await readDataset(write('changed.parquet', changed));
      } catch (error) {
        refused += 1;
        expect(error).toMatchObject({ code: 'data-invalid' });
      }
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('reads more rows than one block has', async () => {
    const rows = 12_345;
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: 'text', data: Array.from({ length: rows }, (_, i) => `text ${i}`) },
        { name: 'label', data: Array.from({ length: rows }, (_, i) => i % 3), type: 'INT32' },
      ],
      rowGroupSize: 7000,
    });
    const dataset = await readDataset(write('long.parquet', new Uint8Array(buffer)));
    expect(dataset.length).toBe(rows);
    expect(dataset.column('text')!.findIndex((text, i) => text !== `text ${i}`)).toBe(-1);
    expect(dataset.rowAt(rows - 1)).toEqual({
      row: rows,
      line: rows,
      values: { text: `text ${rows - 1}`, label: '2' },
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvReader } from '../../src/engine/data/csv';
import { DatasetBuilder } from '../../src/engine/data/datasetBuilder';
import { MAX_ROW_BYTES } from '../../src/engine/data/limits';
import { feed, readText, rowsOf, valuesOf } from './readText';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('CSV', () => {
  it('reads quotes, line breaks in cells, a byte order mark and CRLF, with the lines of the file', async () => {
    const dataset = await readText(
      'a.csv',
      '\ufefftext,label\r\n"one, ""two""\r\nthree",x\r\n\r\nplain "quote",y\r\n"",z',
    );
    expect(dataset.columns).toEqual(['text', 'label']);
    expect(rowsOf(dataset)).toEqual([
      { row: 1, line: 2, values: { text: 'one, "two"\r\nthree', label: 'x' } },
      { row: 2, line: 5, values: { text: 'plain "quote"', label: 'y' } },
      { row: 3, line: 6, values: { text: '', label: 'z' } },
    ]);
    expect(dataset.problems).toEqual([]);
    expect(dataset.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('hashes the bytes of the file', async () => {
    const dataset = await readText('a.csv', 'a\n1\n');
    // printf 'a\n1\n' | sha256sum
    expect(dataset.hash).toBe('309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc');
  });

  it('lists rows with too many or too few cells and leaves them out', async () => {
    const dataset = await readText('a.csv', 'text,label\na,x\nb,y,z\nc\nd,w\n');
    expect(valuesOf(dataset)).toEqual([
      { text: 'a', label: 'x' },
      { text: 'd', label: 'w' },
    ]);
    expect(rowsOf(dataset).map(({ row, line }) => [row, line])).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(dataset.problems.map(({ kind, place }) => [kind, place.line, place.row])).toEqual([
      ['bad-row', 3, 2],
      ['bad-row', 4, 3],
    ]);
    expect(dataset.problems[0]!.message).toBe('The row has 3 cells, the header 2. The row is left out.');
    expect(dataset.leftOut).toEqual({ count: 2, reasons: { 'wrong number of cells': 2 } });
  });

  it('lists a row that is not UTF-8 and keeps the others', async () => {
    const dataset = await readText('a.csv', bytes('text\ngrün\ngr', [0xfc], 'n\nblau\n'));
    expect(valuesOf(dataset)).toEqual([{ text: 'grün' }, { text: 'blau' }]);
    expect(dataset.problems).toMatchObject([
      { kind: 'bad-row', place: { line: 3, row: 2 }, hint: expect.stringContaining('UTF-8') },
    ]);
  });

  it('loses one line to a quote that is not closed, and goes on', async () => {
    const dataset = await readText('a.csv', 'text,label\n"a,x\nb,y\nc,z\n');
    expect(valuesOf(dataset).map((row) => row.text)).toEqual(['b', 'c']);
    expect(dataset.problems).toMatchObject([
      { message: expect.stringContaining('not closed'), place: { line: 2 } },
    ]);
  });

  it('loses one line to text after a closing quote, and goes on', async () => {
    const dataset = await readText('a.csv', 'text,label\n"a" b,x\n"c" ,y\n');
    expect(valuesOf(dataset)).toEqual([{ text: 'c', label: 'y' }]);
    expect(dataset.problems).toMatchObject([
      { message: expect.stringContaining('closing quote'), place: { line: 2 } },
    ]);
  });

  it('gives names to columns that have none or the same', async () => {
    const dataset = await readText('a.csv', 'text,,text,\na,b,c,d\n');
    expect(dataset.columns).toEqual(['text', 'column 2', 'text (2)', 'column 4']);
    expect(dataset.problems.map((problem) => problem.kind)).toEqual([
      'column-name',
      'column-name',
      'column-name',
    ]);
  });

  it('numbers columns of one name, whatever the others are called, and says which', async () => {
    const dataset = await readText('a.csv', 'text,text,text (2),label,text\na,b,c,d,e\n');
    expect(dataset.columns).toEqual(['text', 'text (3)', 'text (2)', 'label', 'text (4)']);
    expect(valuesOf(dataset)[0]).toMatchObject({
      text: 'a',
      'text (3)': 'b',
      'text (2)': 'c',
      'text (4)': 'e',
    });
    expect(dataset.problems).toMatchObject([
      { message: 'Column 2 is called "text" like another one; it is "text (3)" here.', place: { line: 1 } },
      { message: 'Column 5 is called "text" like another one; it is "text (4)" here.', place: { line: 1 } },
    ]);
  });

  it('takes semicolons or tabs where the header has no comma', async () => {
    expect(valuesOf(await readText('a.csv', 'text;label\na, b;x\n'))).toEqual([{ text: 'a, b', label: 'x' }]);
    expect(valuesOf(await readText('a.csv', 'text\tlabel\na, b\tx\n'))).toEqual([
      { text: 'a, b', label: 'x' },
    ]);
    expect(valuesOf(await readText('a.csv', 'a;b,label\n1;2,x\n'))).toEqual([{ 'a;b': '1;2', label: 'x' }]);
    expect(valuesOf(await readText('a.tsv', 'a,b\tlabel\n1\tx\n'))).toEqual([{ 'a,b': '1', label: 'x' }]);
  });

  it('leaves out a row longer than the limit', async () => {
    const long = 'x'.repeat(MAX_ROW_BYTES + 10);
    const dataset = await readText('a.csv', `text,label\n${long},x\nb,y\n"${long}",z\nc,w\n`);
    expect(valuesOf(dataset).map((row) => row.text)).toEqual(['b', 'c']);
    expect(dataset.problems.map(({ place }) => place.line)).toEqual([2, 4]);
  });

  it('says what is wrong with files that are no dataset', async () => {
    await expect(readText('a.csv', '')).rejects.toThrow('The file is empty.');
    await expect(readText('a.csv', bytes([0xff, 0xfe, 0x61, 0]))).rejects.toThrow('UTF-16');
    await expect(readText('a.csv', bytes('a', [0], 'b'))).rejects.toThrow('not a text file');
    await expect(readText('a.csv', bytes('gr', [0xfc], 'n\na\n'))).rejects.toThrow('header');
    await expect(readText('a.xlsx', 'x')).rejects.toThrow('cannot read .xlsx');
    const header = await readText('a.csv', 'text,label\n');
    expect(header.problems).toMatchObject([{ severity: 'error', kind: 'no-rows' }]);
  });

  const cell = fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replaceAll('\0', '0'));
  const anyCell = fc.oneof(cell, fc.stringMatching(/^["\n\r, a]{0,6}$/));
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(anyCell, { minLength: width, maxLength: width }), { maxLength: 6 }));

  it('reads back what was written, whatever the cells, the line breaks and the pieces it comes in', () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (rows, lineBreak, endsWithBreak, piece) => {
          const header = Array.from({ length: rows[0]?.length ?? 1 }, (_, i) => `c${i}`);
          const written = [header, ...rows].map((row) => row.map(quoted).join(','));
          const text = written.join(lineBreak) + (endsWithBreak ? lineBreak : '');
          const builder = new DatasetBuilder('test.csv');
          feed(csvReader(builder), Buffer.from(text), piece);
          const dataset = builder.build('csv', '');
          const read = rowsOf(dataset);
          expect(dataset.problems).toEqual([]);
          expect(read.map((row) => Object.values(row.values))).toEqual(
            rows.map((row) => row.map(wellFormed)),
          );
          const lineOf = (i: number) => 2 + countBreaks(written.slice(1, i + 1).join('\n')) + (i > 0 ? 1 : 0);
          expect(read.map((row) => row.line)).toEqual(rows.map((_, i) => lineOf(i)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never throws and never loses a line unsaid, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^["\n\r, ab]{0,40}$/), fc.integer({ min: 1, max: 9 }), (text, piece) => {
        const read = (size: number) => {
          const builder = new DatasetBuilder('test.csv');
          feed(csvReader(builder), Buffer.from(`x,y\n${text}`), size);
          const dataset = builder.build('csv', '');
          return { rows: rowsOf(dataset), problems: dataset.problems };
        };
        // The pieces a file is read in make no difference.
        expect(read(piece)).toEqual(read(1000));
      }),
      { numRuns: 1000 },
    );
  });
});

/** A quoted cell, except where plain text does. */
function quoted(text: string): string {
  return text === '' || /["\n\r,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lone surrogates cannot be written as UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function countBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

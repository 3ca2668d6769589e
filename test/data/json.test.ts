import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatasetBuilder } from '../../src/engine/data/datasetBuilder';
import { jsonReader } from '../../src/engine/data/json';
import { jsonlReader } from '../../src/engine/data/jsonl';
import { MAX_ROW_BYTES } from '../../src/engine/data/limits';
import { feed, readText, rowsOf, valuesOf } from './readText';

describe('JSON lines', () => {
  it('reads objects line by line; missing keys are empty, nested values JSON', async () => {
    const dataset = await readText(
      'a.jsonl',
      '\ufeff{"text": "a", "label": 1}\r\n\n{"text": null, "tags": ["x", {"y": true}]}\n{"label": false}',
    );
    expect(dataset.columns).toEqual(['text', 'label', 'tags']);
    expect(rowsOf(dataset)).toEqual([
      { row: 1, line: 1, values: { text: 'a', label: '1', tags: '' } },
      { row: 2, line: 3, values: { text: '', label: '', tags: '["x",{"y":true}]' } },
      { row: 3, line: 4, values: { text: '', label: 'false', tags: '' } },
    ]);
  });

  it('lists lines that are not JSON with line and column', async () => {
    const dataset = await readText(
      'a.jsonl',
      '{"text": "a"}\n{"text": "b" "label": 1}\n["c"]\n{"text": "d"}\n',
    );
    expect(valuesOf(dataset).map((row) => row.text)).toEqual(['a', 'd']);
    expect(rowsOf(dataset)[1]!.row).toBe(4);
    expect(dataset.problems.map(({ place }) => [place.line, place.column, place.row])).toEqual([
      [2, 14, 2],
      [3, undefined, 3],
    ]);
    expect(dataset.leftOut).toEqual({ count: 2, reasons: { 'not valid JSON': 1, 'not an object': 1 } });
  });

  it('lists lines that are too long or not UTF-8', async () => {
    const long = JSON.stringify({ text: 'x'.repeat(2.5 * MAX_ROW_BYTES) });
    const latin = Buffer.concat([Buffer.from('{"text": "gr'), Buffer.from([0xfc]), Buffer.from('n"}')]);
    const dataset = await readText(
      'a.jsonl',
      Buffer.concat([Buffer.from(`${long}\n{"text":"b"}\n`), latin, Buffer.from('\n{"text":"c"}')]),
    );
    expect(rowsOf(dataset).map(({ line, values }) => [line, values.text])).toEqual([
      [2, 'b'],
      [4, 'c'],
    ]);
    expect(dataset.leftOut.reasons).toEqual({ 'row too long': 1, 'not valid UTF-8': 1 });
  });
});

describe('JSON array', () => {
  it('reads objects with the line they start in', async () => {
    const dataset = await readText(
      'a.json',
      '[\n  {"text": "br]ac\\"ket",\n   "label": {"a": [1]}},\n  {"text": "ü"}\n]\n',
    );
    expect(rowsOf(dataset)).toEqual([
      { row: 1, line: 2, values: { text: 'br]ac"ket', label: '{"a":[1]}' } },
      { row: 2, line: 4, values: { text: 'ü', label: '' } },
    ]);
    expect(dataset.problems).toEqual([]);
  });

  it('lists elements that are not objects or not JSON', async () => {
    const dataset = await readText('a.json', '[{"text": "a"},\n"b",\n{"text":\n  oops},\n{"text": "d"}]');
    expect(valuesOf(dataset).map((row) => row.text)).toEqual(['a', 'd']);
    expect(dataset.problems.map(({ place }) => [place.line, place.column])).toEqual([
      [2, undefined],
      [4, 3],
    ]);
  });

  it('keeps what stands before a file breaks off, and says so', async () => {
    const dataset = await readText('a.json', '[{"text": "a"},\n{"text": "b');
    expect(valuesOf(dataset)).toEqual([{ text: 'a' }]);
    expect(dataset.problems.map(({ kind, place }) => [kind, place.line])).toEqual([
      ['bad-row', 2],
      ['unfinished-file', 2],
    ]);
  });

  it('says when it is not an array of rows', async () => {
    await expect(readText('a.json', '{"data": []}')).rejects.toThrow('not a JSON array');
    await expect(readText('a.json', ' \n')).rejects.toThrow('not a JSON array');
    await expect(readText('a.json', '[]\n[]')).rejects.toThrow('after the end');
    expect((await readText('a.json', '[]')).problems).toMatchObject([{ kind: 'no-rows' }]);
  });
});

describe('any JSON rows', () => {
  const name = fc.constantFrom('a', 'b', 'c', '__proto__', 'x y');
  const row = fc.dictionary(name, fc.oneof(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 })));
  const piece = fc.integer({ min: 1, max: 9 });

  const expected = (rows: Record<string, unknown>[]) => {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const cell = (value: unknown) =>
      value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    return rows.map((row) =>
      Object.fromEntries(
        columns.map((name) => [name, cell(Object.hasOwn(row, name) ? row[name] : undefined)]),
      ),
    );
  };

  it('come back as cells, whatever the pieces they are read in', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 6 }),
        piece,
        fc.constantFrom(undefined, 2),
        (rows, piece, indent) => {
          const plain = JSON.parse(JSON.stringify(rows)) as Record<string, unknown>[];
          const array = new DatasetBuilder('a.json');
          feed(jsonReader(array), Buffer.from(JSON.stringify(plain, null, indent)), piece);
          expect(valuesOf(array.build('json', ''))).toEqual(expected(plain));
          const lines = new DatasetBuilder('a.jsonl');
          feed(jsonlReader(lines), Buffer.from(plain.map((row) => JSON.stringify(row)).join('\n')), piece);
          expect(valuesOf(lines.build('jsonl', ''))).toEqual(expected(plain));
        },
      ),
      { numRuns: 500 },
    );
  });
});

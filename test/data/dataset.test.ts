import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHUNK_BYTES } from '../../src/engine/data/limits';
import { readDataset } from '../../src/engine/data/readDataset';
import { readText } from './readText';

describe('readDataset', () => {
  it('says why a file cannot be read', async () => {
    const missing = join(tmpdir(), 'softprompt-no-such-file.csv');
    await expect(readDataset(missing)).rejects.toMatchObject({
      code: 'data-invalid',
      message: 'There is no such file.',
      details: { place: { file: missing } },
    });
    await expect(readDataset(join(__dirname, '..'))).rejects.toThrow('cannot read');
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(readDataset(__filename.replace(/\.ts$/, '.csv'), { signal })).rejects.toThrow(
      'no such file',
    );
    const file = join(__dirname, '../../package.json');
    await expect(readDataset(file, { signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('puts together rows and letters that lie across two chunks', async () => {
    const filler = 'ü'.repeat(500);
    const rows = Math.ceil((2.5 * CHUNK_BYTES) / 1000);
    const text = Array.from({ length: rows }, (_, i) => `"${i} ${filler}",${i % 3}`).join('\r\n');
    const dataset = await readText('big.csv', `text,label\r\n${text}\r\n`);
    expect(dataset.problems).toEqual([]);
    expect(dataset.length).toBe(rows);
    const cells = dataset.column('text')!;
    expect(cells.findIndex((cell, i) => cell !== `${i} ${filler}`)).toBe(-1);
    expect(dataset.rowAt(rows - 1).line).toBe(rows + 1);
    expect(dataset.column('nothing')).toBeUndefined();
  });
});

import { mkdtemp, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { Kept } from '../../src/host/kept';

let file: string;
let opened: number;
const LONG_AGO = new Date('2026-01-02');

beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'softprompt-')), 'a.csv');
  await write('one', LONG_AGO);
  opened = 0;
});

async function write(text: string, time: Date): Promise<void> {
  await writeFile(file, text);
  await utimes(file, time, time);
}

const open = async () => ({ value: ++opened, files: [file] });

it('opens once, until the file changes', async () => {
  const kept = new Kept<number>(2);
  expect([await kept.get('a', open), await kept.get('a', open)]).toEqual([1, 1]);
  await write('two', new Date('2026-01-03'));
  expect(await kept.get('a', open)).toBe(2);
  await write('three', new Date('2026-01-03'));
  expect(await kept.get('a', open)).toBe(3);
});

it('lets the longest unused go', async () => {
  const kept = new Kept<number>(2);
  for (const key of ['a', 'b', 'a', 'c']) await kept.get(key, open);
  expect(opened).toBe(3);
  await kept.get('a', open);
  expect(opened).toBe(3);
  await kept.get('b', open);
  expect(opened).toBe(4);
});

it('does not keep what changed while it was read', async () => {
  const kept = new Kept<number>(2);
  await kept.get('a', async () => {
    await writeFile(file, 'while it is read');
    return open();
  });
  await kept.get('a', open);
  expect(opened).toBe(2);
});

it('keeps nothing that failed', async () => {
  const kept = new Kept<number>(2);
  await expect(kept.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await kept.get('a', open)).toBe(1);
});

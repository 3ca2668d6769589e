import { mkdtemp, open, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileBuffer } from '../../src/engine/data/parquet/fileBuffer';

const PART = 40 * 1024 * 1024;

it('keeps a part that several readers asked for at once, once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-'));
  const file = join(folder, 'large');
  const handle = await open(file, 'w+');
  try {
    await truncate(file, 2 * PART);
    const buffer = fileBuffer(handle, 2 * PART);
    await Promise.all([buffer.slice(0, PART), buffer.slice(0, PART), buffer.slice(0, PART)]);
    const other = await buffer.slice(PART, 2 * PART);
    // Both find room, unless the first was counted more than once.
    expect((await buffer.slice(PART, 2 * PART)) === other).toBe(true);
    const first = await buffer.slice(0, PART);
    expect((await buffer.slice(0, PART)) === first).toBe(true);
    expect((await buffer.slice(PART, 2 * PART)) === other).toBe(true);
  } finally {
    await handle.close();
    await rm(folder, { recursive: true });
  }
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { WeightRows } from '../../src/engine/compile/weightsFile';
import { SoftpromptError } from '../../src/protocol/errors';

it('rows of a table are read by id, and ids that it does not have are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-rows-'));
  const file = join(folder, 'weights');
  // Three rows of two, and what stands behind them.
  await writeFile(file, new Uint8Array(Float32Array.of(9, 0, 1, 2, 3, 4, 5, 8, 8).buffer));
  const rows = new WeightRows(file, { offset: 4, shape: [3, 2] });
  try {
    expect([...rows.read([2, 0, 1])]).toEqual([4, 5, 0, 1, 2, 3]);
    for (const id of [3, -1]) expect(() => rows.read([0, id])).toThrow(SoftpromptError);
  } finally {
    rows.close();
    await rm(folder, { recursive: true });
  }
});

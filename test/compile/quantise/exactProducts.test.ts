import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productsAreExact } from '../../../src/engine/compile/quantise/exactProducts';
import { replaceFile } from '../../../src/engine/durableFile';
import { writeOnnx } from '../../../src/engine/graph/writeOnnx';
import { Session } from '../../../src/engine/runtime/session';
import type { Tensor } from '../../../src/engine/runtime/tensor';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-products-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The check with what onnxruntime computes, changed by `change`. */
async function check(change: (sum: number) => number): Promise<boolean> {
  let session: Session | undefined;
  try {
    return await productsAreExact({
      async other(_, make) {
        const file = join(folder, 'product.onnx');
        await replaceFile(file, writeOnnx(make()));
        session = await Session.open(file, { threads: 1 });
        const run = async (...given: Parameters<Session['run']>) => {
          const outputs = await session!.run(...given);
          const changed = ([name, tensor]: [string, Tensor]) =>
            [name, { ...tensor, data: (tensor.data as Float32Array).map(change) }] as const;
          return Object.fromEntries(Object.entries(outputs).map(changed));
        };
        return { run } as unknown as Session;
      },
    });
  } finally {
    await session?.close();
  }
}

describe('the largest product in 8 bits', () => {
  it('comes out right where it is added up in 32 bits', async () => {
    // Tests are run on processors that do so; int8 is not taken by itself on others.
    expect(await check((sum) => sum)).toBe(true);
  });

  it('is seen to be wrong where pairs are cut off at 16 bits', async () => {
    const kept = (2 ** 15 - 1) / (2 * 255 * 127);
    expect(await check((sum) => sum * kept)).toBe(false);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GraphBuilder, newGraph } from '../../../src/engine/graph/builder';
import { floatsInitializer } from '../../../src/engine/graph/constants';
import { MICROSOFT } from '../../../src/engine/graph/graph';
import { writeOnnx } from '../../../src/engine/graph/writeOnnx';
import { blocksOf, dequantiseBlocks } from '../../../src/engine/models/onnx/blocks';
import { Random } from '../../../src/engine/random';
import { Session } from '../../../src/engine/runtime/session';

const [ROWS, COLUMNS, BLOCK] = [5, 48, 16];
const BLOCKS = COLUMNS / BLOCK;

const random = Random.seeded(3);
const bytes = (count: number) => Uint8Array.from({ length: count }, () => random.int(256));
const scales = Float32Array.from({ length: ROWS * BLOCKS }, () => random.next() + 0.5);

/** Runs a graph without inputs. */
async function run(build: GraphBuilder, output: string): Promise<Float32Array> {
  build.output(output);
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-blocks-'));
  try {
    const file = join(folder, 'model.onnx');
    await writeFile(file, writeOnnx(build.graph));
    const session = await Session.open(file, { threads: 1 });
    const results = await session.run({}, { [output]: null });
    await session.close();
    return results[output]!.data as Float32Array;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const uint8 = (shape: number[], data: Uint8Array) => ({
  type: 'uint8' as const,
  shape,
  data: { kind: 'inline' as const, bytes: data },
});

/** Values of ours are exact, onnxruntime's products add zeros to them. */
const close = (actual: ArrayLike<number>, expected: ArrayLike<number>) => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) expect(actual[i]).toBeCloseTo(expected[i]!, 4);
};

describe.each([4, 8])('blocks of %i bits', (bits) => {
  const packed = (COLUMNS * bits) / 8;
  const zeroBytes = Math.ceil((BLOCKS * bits) / 8);

  it.each([false, true])("are MatMulNBits' matrix (zero points: %s)", async (given) => {
    const build = newGraph('product');
    const identity = Float32Array.from({ length: COLUMNS ** 2 }, (_, i) => Number(i % (COLUMNS + 1) === 0));
    const table = uint8([ROWS, BLOCKS, packed / BLOCKS], bytes(ROWS * packed));
    const zeros = given ? bytes(ROWS * zeroBytes) : undefined;
    const inputs = [
      build.initializer('identity', floatsInitializer(identity, [COLUMNS, COLUMNS])),
      build.initializer('table', table),
      build.initializer('scales', floatsInitializer(scales, [ROWS * BLOCKS])),
      ...(zeros ? [build.initializer('zeros', uint8([zeros.length], zeros))] : []),
    ];
    const attributes = { K: COLUMNS, N: ROWS, bits, block_size: BLOCK, accuracy_level: 1 };
    const product = build.add('MatMulNBits', inputs, { domain: MICROSOFT, attributes });
    const turned = await run(build, product);
    const blocks = blocksOf(build.graph.nodes[0]!, table)!;
    const ours = dequantiseBlocks(blocks, table.data.bytes, scales, zeros);
    close(
      ours,
      Array.from({ length: ours.length }, (_, i) => turned[(i % COLUMNS) * ROWS + Math.floor(i / COLUMNS)]!),
    );
  });

  it.each([false, true])("are GatherBlockQuantized's table (zero points: %s)", async (given) => {
    const build = newGraph('lookup');
    const table = uint8([ROWS, packed], bytes(ROWS * packed));
    const zeros = given ? bytes(ROWS * zeroBytes) : undefined;
    const inputs = [
      build.initializer('table', table),
      build.ints(Array.from({ length: ROWS }, (_, i) => i)),
      build.initializer('scales', floatsInitializer(scales, [ROWS, BLOCKS])),
      ...(zeros ? [build.initializer('zeros', uint8([ROWS, zeroBytes], zeros))] : []),
    ];
    const attributes = { bits, block_size: BLOCK, gather_axis: 0, quantize_axis: 1 };
    const types = [{ type: 'float32' as const, shape: [ROWS, COLUMNS] }];
    const rows = build.add('GatherBlockQuantized', inputs, { domain: MICROSOFT, attributes, types });
    const blocks = blocksOf(build.graph.nodes[0]!, table)!;
    close(dequantiseBlocks(blocks, table.data.bytes, scales, zeros), await run(build, rows));
  });
});

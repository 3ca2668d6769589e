import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATA_TYPES } from '../../../src/engine/graph/onnxSchema';
import { decodeOnnx } from '../../../src/engine/graph/readOnnx';
import { skimOnnx } from '../../../src/engine/models/onnx/skim';
import { WeightSource } from '../../../src/engine/models/onnx/weightSource';
import { SoftpromptError } from '../../../src/protocol/errors';
import { onnxBytes, tensors } from '../../graph/onnxBytes';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-skim-'));
});
afterAll(() => rm(folder, { recursive: true }));

const WEIGHT = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i));

const model = onnxBytes({
  inputs: [{ name: 'x', type: 'float32', shape: ['rows', 40] }],
  initializers: [
    tensors.floats('small', [1, 2, 3]),
    { name: 'large', dims: [40, 100], dataType: DATA_TYPES.float32, rawData: new Uint8Array(WEIGHT.buffer) },
  ],
  nodes: [{ op: 'MatMul', inputs: ['x', 'large'], outputs: ['y'] }],
  outputs: ['y'],
});

async function skim(bytes: Uint8Array): Promise<Uint8Array> {
  const path = join(folder, 'model.onnx');
  await writeFile(path, bytes);
  const handle = await open(path, 'r');
  try {
    return await skimOnnx(handle, { path, name: 'model.onnx' });
  } finally {
    await handle.close();
  }
}

describe('an ONNX file read without its weights', () => {
  it('is small, and says where in the file they are', async () => {
    const header = await skim(model);
    expect(header.length).toBeLessThan(500);
    const { graph } = decodeOnnx(header);
    const source = new WeightSource(folder);
    expect(source.floats(graph.initializers.get('large')!)).toEqual(WEIGHT);
    expect(source.floats(graph.initializers.get('small')!)).toEqual(Float32Array.of(1, 2, 3));
    expect(graph.nodes).toEqual(decodeOnnx(model).graph.nodes);
    source.close();
  });

  it('is refused where it is cut off, with the place', async () => {
    for (const length of [0, 1, 30, model.length - 5]) {
      const error = await skim(model.subarray(0, length)).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(SoftpromptError);
      expect((error as SoftpromptError).message).toMatch(/at byte \d+/);
      expect((error as SoftpromptError).details.place?.file).toContain('model.onnx');
    }
  });

  it('is refused where a length leads out of it', async () => {
    const endless = Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f, 0);
    await expect(skim(endless)).rejects.toThrow('longer than what it is in');
    await expect(skim(Uint8Array.of(0x3b, 0))).rejects.toThrow('unknown kind');
  });
});

describe('weights in other files', () => {
  it('must be there, and long enough', () => {
    const source = new WeightSource(folder);
    const at = (file: string, offset: number) =>
      source.bytes({ type: 'float32', shape: [1], data: { kind: 'external', file, offset, length: 4 } });
    expect(() => at('missing.onnx_data', 0)).toThrow('missing.onnx_data is missing');
    expect(() => at('model.onnx', 2 ** 30)).toThrow('shorter than the model says');
    source.close();
  });
});

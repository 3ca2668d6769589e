import { readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { onnxInitializers } from '../../src/engine/models/description/onnxInitializers';
import { Random } from '../../src/engine/random';
import { SoftpromptError } from '../../src/protocol/errors';
import { mutate } from '../fuzz/mutate';

const onnx = fileURLToPath(new URL('../oracle/fixtures/models/llama3/onnx/', import.meta.url));
const file = (name: string) => new Uint8Array(readFileSync(join(onnx, name)));

/** A file handle over bytes in memory that counts what is read. */
function handleOf(bytes: Uint8Array) {
  const state = { read: 0 };
  const handle = {
    stat: () => Promise.resolve({ size: bytes.length }),
    read(into: Uint8Array, offset: number, length: number, position: number) {
      const piece = bytes.subarray(position, position + length);
      into.set(piece, offset);
      state.read += piece.length;
      return Promise.resolve({ bytesRead: piece.length });
    },
  };
  return { handle: handle as unknown as FileHandle, state };
}

it('finds shapes, types and the file of the values', async () => {
  const { vocab_size, hidden_size } = JSON.parse(readFileSync(join(onnx, '../config.json'), 'utf8'));
  const bytes = file('genai-fp32/model.onnx');
  const found = await onnxInitializers(handleOf(bytes).handle, 'model.onnx');
  expect(found).toContainEqual({ shape: [hidden_size, vocab_size], type: 1, location: 'model.onnx.data' });
  const packed = file('genai-int4/model.onnx');
  const quantised = await onnxInitializers(handleOf(packed).handle, 'model.onnx');
  expect(quantised.some(({ type, shape }) => type === 2 && shape.length === 3)).toBe(true);
});

it('leaps over the values', async () => {
  // A graph of one weight with ten megabytes of values: field 7 of the model, field 5 of the graph, field 9 of the tensor.
  const values = new Uint8Array(10_000_000);
  const tensor = Buffer.concat([
    varint(8),
    varint(2500),
    varint(8),
    varint(1000),
    varint(16),
    varint(1),
    field(9, values),
  ]);
  const model = field(7, field(5, tensor));
  const { handle, state } = handleOf(model);
  expect(await onnxInitializers(handle, 'm')).toEqual([{ shape: [2500, 1000], type: 1, location: 'm' }]);
  expect(state.read).toBeLessThan(200_000);
});

it('refuses damaged files, and comes to an end with each', async () => {
  const seeds = ['genai-fp32/model.onnx', 'torch/model.onnx'].map((name) => file(name).subarray(0, 6000));
  let refused = 0;
  for (let index = 0; index < 3000; index++) {
    const random = Random.seeded(3, index);
    const bytes = mutate(seeds[index % seeds.length]!, (limit) => random.int(limit));
    const error = await onnxInitializers(handleOf(bytes).handle, 'm.onnx').then(
      () => null,
      (failure) => failure,
    );
    if (error === null) continue;
    refused++;
    expect(error).toBeInstanceOf(SoftpromptError);
    expect((error as Error).message).toMatch(/^This is not an ONNX model/);
  }
  expect(refused).toBeGreaterThan(1000);
});

/** A field of protobuf that holds bytes. */
function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    if (rest < 128) return Buffer.from(bytes);
  }
}

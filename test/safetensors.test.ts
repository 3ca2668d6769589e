import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSafetensors } from '../src/engine/safetensors';
import { encodeSafetensors, type TensorToWrite, writeSafetensors } from '../src/engine/safetensorsWriter';

const fixtures = join(__dirname, 'oracle/fixtures');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file with this header (JSON, or text as it is) and so many bytes of data. */
async function fileWith(header: unknown, dataBytes = 0): Promise<string> {
  const file = join(folder, 'made.safetensors');
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await writeFile(file, Buffer.concat([length, json, Buffer.alloc(dataBytes)]));
  return file;
}

const entry = (dtype: string, shape: number[], ...data_offsets: number[]) => ({ dtype, shape, data_offsets });

describe('reading what the reference implementation wrote', () => {
  it.each(['model.safetensors', 'forward.safetensors'])('writes the same bytes again: %s', async (name) => {
    const file = join(fixtures, 'tiny-llama-gqa-tied', name);
    const { tensors, metadata, close } = await openSafetensors(file);
    const again: Record<string, TensorToWrite> = {};
    for (const [name, { dtype, shape, readBytes }] of tensors) {
      expect(['F32', 'I64']).toContain(dtype);
      const buffer = await readBytes();
      again[name] = { shape, data: dtype === 'F32' ? new Float32Array(buffer) : new BigInt64Array(buffer) };
    }
    await close();
    const written = Buffer.from(encodeSafetensors(again, metadata));
    expect(written.equals(await readFile(file))).toBe(true);
  });

  it('reads integers as numbers', async () => {
    const { tensors, close } = await openSafetensors(
      join(fixtures, 'gradient/tiny-llama-gqa-tied.safetensors'),
    );
    expect([...(await tensors.get('lengths')!.read())]).toEqual([3, 12, 7, 2, 9]);
    await close();
  });

  it('reads half precision', async () => {
    const { tensors, close } = await openSafetensors(join(fixtures, 'tiny-llama-f16/model.safetensors'));
    const tensor = tensors.get('model.embed_tokens.weight')!;
    expect(['F16', 'BF16']).toContain(tensor.dtype);
    const values = await tensor.read();
    expect(values.length).toBe(tensor.shape[0]! * tensor.shape[1]!);
    expect(values.every((value) => Math.abs(value) < 100)).toBe(true);
    await close();
  });
});

describe('half precision', () => {
  it('knows subnormal, infinite and largest numbers', async () => {
    const file = await fileWith({ x: entry('F16', [6], 0, 12) }, 12);
    const bits = Uint16Array.of(0x0001, 0x8000, 0x3c00, 0x7bff, 0xfc00, 0x3555);
    const bytes = await readFile(file);
    bytes.set(new Uint8Array(bits.buffer), bytes.length - 12);
    await writeFile(file, bytes);
    const { tensors, close } = await openSafetensors(file);
    expect([...(await tensors.get('x')!.read())]).toEqual([
      2 ** -24,
      -0,
      1,
      65504,
      -Infinity,
      1365 * 2 ** -12,
    ]);
    await close();
  });
});

describe('round trip', () => {
  it('gives every tensor and text back, bit for bit', async () => {
    const file = join(folder, 'round.safetensors');
    const names = fc
      .string({ minLength: 1 })
      .filter((name) => name !== '__metadata__' && name !== '__proto__');
    const data = fc.array(fc.float(), { maxLength: 20 });
    const texts = fc.dictionary(names, fc.string());
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, data), texts, async (arrays, metadata) => {
        const tensors = Object.fromEntries(
          Object.entries(arrays).map(([name, values]) => [
            name,
            { shape: [values.length], data: Float32Array.from(values) },
          ]),
        );
        await writeSafetensors(file, tensors, metadata);
        const read = await openSafetensors(file);
        expect({ ...read.metadata }).toEqual({ ...metadata });
        expect(new Set(read.tensors.keys())).toEqual(new Set(Object.keys(tensors)));
        for (const [name, { data }] of Object.entries(tensors)) {
          expect(Buffer.from(await read.tensors.get(name)!.readBytes())).toEqual(Buffer.from(data.buffer));
        }
        await read.close();
      }),
      { numRuns: 60 },
    );
  });

  it('starts the data at a multiple of 8', () => {
    const bytes = encodeSafetensors({ x: { shape: [1], data: Float32Array.of(1) } });
    expect((bytes.length - 4) % 8).toBe(0);
  });

  it('refuses a shape that does not fit its values', () => {
    expect(() => encodeSafetensors({ x: { shape: [3], data: Float32Array.of(1) } })).toThrow(
      /x has 1 values/,
    );
  });
});

describe('broken files', () => {
  it('are refused wherever they are cut', async () => {
    const whole = encodeSafetensors({ x: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } });
    const file = join(folder, 'cut.safetensors');
    for (let length = 0; length < whole.length; length++) {
      await writeFile(file, whole);
      await truncate(file, length);
      await expect(openSafetensors(file)).rejects.toMatchObject({
        code: 'model-invalid',
        details: { place: { file } },
      });
    }
  });

  it.each([
    ['a header that is not JSON', '{"x"', 0, /not JSON/],
    ['a header that is a list', '[]', 0, /not a JSON object/],
    ['metadata that is not texts', { __metadata__: { a: 1 } }, 0, /__metadata__/],
    ['an entry without type', { x: { shape: [1], data_offsets: [0, 4] } }, 4, /describes x wrongly/],
    ['a shape that does not fit', { x: entry('F32', [2], 0, 4) }, 4, /gives x \[2\] of type F32 4 bytes/],
    ['negative length', { x: entry('F32', [1], 4, 0) }, 4, /-4 bytes/],
    ['a gap', { x: entry('F32', [1], 4, 8) }, 8, /has x at byte/],
    ['an overlap', { x: entry('F32', [1], 0, 4), y: entry('F32', [1], 0, 4) }, 4, /has y at byte/],
    ['bytes left over', { x: entry('F32', [1], 0, 4) }, 5, /but its last tensor ends/],
  ])('says what is wrong: %s', async (_, header, dataBytes, message) => {
    await expect(openSafetensors(await fileWith(header, dataBytes))).rejects.toThrow(message);
  });

  it('refuses an endless header before reading it', async () => {
    const file = join(folder, 'endless.safetensors');
    await writeFile(file, Buffer.alloc(64, 0xff));
    await expect(openSafetensors(file)).rejects.toThrow(/not a safetensors file/);
  });

  it('names a missing file', async () => {
    const file = join(folder, 'none.safetensors');
    await expect(openSafetensors(file)).rejects.toMatchObject({ details: { place: { file } } });
  });

  it('opens a file with an unknown type, and refuses only that tensor', async () => {
    const file = await fileWith({ odd: entry('F8_E4M3', [2], 0, 2), x: entry('F32', [1], 2, 6) }, 6);
    const { tensors, close } = await openSafetensors(file);
    expect([...(await tensors.get('x')!.read())]).toEqual([0]);
    await expect(tensors.get('odd')!.read()).rejects.toMatchObject({ code: 'model-unsupported' });
    await close();
  });
});

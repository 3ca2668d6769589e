import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGgufParts } from '../../../src/engine/models/gguf/parts';
import { SoftpromptError } from '../../../src/protocol/errors';
import { buildGguf } from './ggufBuilder';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-parts-'));
});
afterEach(() => rm(folder, { recursive: true }));

const tensor = (name: string, value: number) => ({
  name,
  shape: [2],
  type: 0,
  bytes: new Uint8Array(new Float32Array([value, -value]).buffer),
});

interface Changes {
  number?: number;
  count?: number;
  tensors?: number;
}

function partOf(index: number, { number = index, count = 3, tensors = 3 }: Changes = {}): Buffer {
  const split = { 'split.no': number, 'split.count': count, 'split.tensors.count': tensors };
  const metadata = index === 0 ? { 'general.architecture': 'llama', ...split } : split;
  return buildGguf(metadata, [tensor(`tensor.${index}`, index + 1)]);
}

const nameOf = (index: number) => `model-0000${index + 1}-of-00003.gguf`;

async function write(parts: Buffer[]): Promise<string[]> {
  const files = parts.map((_, index) => join(folder, nameOf(index)));
  for (const [index, bytes] of parts.entries()) await writeFile(files[index]!, bytes);
  return files;
}

async function failure(file: string): Promise<SoftpromptError> {
  const error = await openGgufParts(file).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SoftpromptError);
  return error as SoftpromptError;
}

describe('split GGUF files', () => {
  it('are opened by any of their parts', async () => {
    const files = await write([0, 1, 2].map((index) => partOf(index)));
    for (const file of files) {
      const opened = await openGgufParts(file);
      expect(opened.metadata.get('general.architecture')).toBe('llama');
      expect(opened.tensors.map(({ name, part }) => [name, part.file])).toEqual(
        files.map((path, index) => [`tensor.${index}`, path]),
      );
      for (const [index, { start, part }] of opened.tensors.entries()) {
        const values = new Float32Array(2);
        await part.handle.read(new Uint8Array(values.buffer), 0, 8, start);
        expect([...values]).toEqual([index + 1, -index - 1]);
      }
      await opened.close();
    }
  });

  it('open as one file where nothing is split', async () => {
    const file = join(folder, 'model.gguf');
    await writeFile(file, buildGguf({ 'general.architecture': 'llama' }, [tensor('only', 1)]));
    const opened = await openGgufParts(file);
    expect(opened.parts).toHaveLength(1);
    await opened.close();
  });

  it('say which part is missing', async () => {
    const [first, second] = await write([0, 1].map((index) => partOf(index)));
    for (const file of [first!, second!]) {
      const { code, message } = await failure(file);
      expect(code).toBe('model-missing');
      expect(message).toContain(nameOf(2));
    }
  });

  it('are refused where the parts do not fit together', async () => {
    const swapped = await write([partOf(0), partOf(2, { number: 2 }), partOf(1, { number: 1 })]);
    expect((await failure(swapped[0]!)).message).toContain('inside it is 3 of 3');
    const other = await write([partOf(0, { count: 4 }), partOf(1), partOf(2)]);
    expect((await failure(other[1]!)).message).toContain('inside it is 1 of 4');
    const few = await write([0, 1, 2].map((index) => partOf(index, { tensors: 5 })));
    expect((await failure(few[0]!)).message).toContain('3 tensors together, not 5');
  });

  it('are refused under names that do not say which part they are', async () => {
    const file = join(folder, 'renamed.gguf');
    await writeFile(file, partOf(1));
    expect((await failure(file)).message).toContain('part 2 of 3');
    const wrong = join(folder, 'model-00007-of-00003.gguf');
    await writeFile(wrong, partOf(1));
    expect((await failure(wrong)).message).toContain('part 7 of 3');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GGUF_LIMITS, HeaderGoesOn, parseGgufHeader } from '../../../src/engine/models/gguf/header';
import { SoftpromptError } from '../../../src/protocol/errors';
import { buildGguf, text, uint32, uint64 } from './ggufBuilder';

const sample = buildGguf({ 'general.architecture': 'llama', a: 7, b: true, c: 0.5, d: ['x', 'ü🙂'] }, [
  { name: 'first', shape: [2, 3], type: 0, bytes: new Uint8Array(24) },
  { name: 'second', shape: [4], type: 0, bytes: new Uint8Array(16) },
]);

function failure(bytes: Uint8Array): SoftpromptError {
  try {
    parseGgufHeader(bytes, 'x.gguf');
  } catch (error) {
    if (error instanceof SoftpromptError) return error;
    throw error;
  }
  throw new Error('no failure');
}

describe('parseGgufHeader', () => {
  it('reads metadata and tensors of versions 2 and 3', () => {
    for (const version of [2, 3]) {
      const bytes = buildGguf({ a: 7, b: true, c: 0.5, d: ['x', 'ü🙂'] }, [], { version });
      const header = parseGgufHeader(bytes, 'x.gguf');
      expect(header.version).toBe(version);
      expect(Object.fromEntries(header.metadata)).toEqual({ a: 7, b: true, c: 0.5, d: ['x', 'ü🙂'] });
    }
  });

  it('gives shapes row-major and offsets from the start of the file, aligned', () => {
    const { tensors, dataStart } = parseGgufHeader(sample, 'x.gguf');
    expect(dataStart % 32).toBe(0);
    expect(tensors).toEqual([
      { name: 'first', shape: [2, 3], type: 0, start: dataStart },
      { name: 'second', shape: [4], type: 0, start: dataStart + 32 },
    ]);
  });

  it('asks for more whenever the bytes end within the header', () => {
    const { dataStart } = parseGgufHeader(sample, 'x.gguf');
    const short = parseGgufHeader(sample.subarray(0, dataStart), 'x.gguf');
    expect(short.tensors).toHaveLength(2);
    fc.assert(
      fc.property(fc.integer({ min: 4, max: dataStart - 32 }), (length) => {
        expect(() => parseGgufHeader(sample.subarray(0, length), 'x.gguf')).toThrow(HeaderGoesOn);
      }),
    );
  });

  it('survives any damage: parses, asks for more, or throws an error for people', () => {
    fc.assert(
      fc.property(fc.nat(sample.length - 1), fc.nat(255), fc.nat(255), (at, first, second) => {
        const damaged = Buffer.from(sample);
        damaged[at] = first;
        damaged[(at + 1) % damaged.length] = second;
        try {
          parseGgufHeader(damaged, 'x.gguf');
        } catch (error) {
          if (!(error instanceof HeaderGoesOn)) expect(error).toBeInstanceOf(SoftpromptError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses what is over a limit, and says at which byte', () => {
    const head = (tensors: number, entries: number) =>
      Buffer.concat([Buffer.from('GGUF'), uint32(3), uint64(tensors), uint64(entries)]);
    const array = (type: number, length: number) =>
      Buffer.concat([head(0, 1), text('key'), uint32(9), uint32(type), uint64(length)]);
    const cases: [Buffer, string][] = [
      [head(GGUF_LIMITS.tensors + 1, 0), 'tensors are more than 65536 (byte 8)'],
      [head(0, GGUF_LIMITS.metadataEntries + 1), 'metadata entries are more than 65536 (byte 16)'],
      [Buffer.concat([head(0, 1), uint64(2 ** 40)]), 'bytes of text are more than'],
      [array(8, 2 ** 40), 'array elements are more than'],
      [
        Buffer.concat([head(0, 1), text('k'), uint32(9), uint32(9), uint64(1), uint32(99), uint64(1)]),
        'type 99',
      ],
      [Buffer.concat([head(1, 0), text('t'), uint32(5)]), 't has 5 dimensions (byte 33)'],
      [
        Buffer.concat([head(1, 0), text('t'), uint32(2), uint64(2 ** 40), uint64(2 ** 40)]),
        't has the shape [1099511627776, 1099511627776]',
      ],
      [Buffer.from('PK\x03\x04 and so on'), 'does not start with "GGUF"'],
    ];
    for (const [bytes, message] of cases) {
      const error = failure(bytes);
      expect(error.code).toBe('model-invalid');
      expect(error.message).toContain(message);
      expect(error.details.place?.file).toBe('x.gguf');
    }
    let nested = Buffer.concat([head(0, 1), text('k'), uint32(9)]);
    for (let depth = 0; depth < 10; depth++) nested = Buffer.concat([nested, uint32(9), uint64(1)]);
    expect(failure(nested).message).toContain('nested too deeply');
  });

  it('refuses versions it does not know', () => {
    const error = failure(Buffer.concat([Buffer.from('GGUF'), uint32(1), uint64(0), uint64(0)]));
    expect(error.code).toBe('model-unsupported');
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ELEMENT_TYPES } from '../../../src/engine/models/gguf/quantisation';

type Blocks = Record<string, { values: number; raw: string; float32: string }>;

const file = new URL('../../oracle/fixtures/gguf-blocks.json', import.meta.url);
const blocks = JSON.parse(readFileSync(file, 'utf8')) as Blocks;

describe('element types of GGUF', () => {
  for (const type of Object.values(ELEMENT_TYPES).filter(({ name }) => name !== 'F32')) {
    it(`${type.name} gives the gguf package's values, bit for bit`, () => {
      const { values, raw, float32 } = blocks[type.name]!;
      const bytes = new Uint8Array(Buffer.from(raw, 'base64'));
      expect(bytes.length).toBe((values / type.valuesPerBlock) * type.bytesPerBlock);
      const result = new Float32Array(values);
      type.dequantise(bytes, result);
      expect(Buffer.from(result.buffer).toString('base64')).toBe(float32);
    });
  }
});

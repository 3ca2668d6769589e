import { l10n } from '../../../protocol/l10n';
import { halfValues } from '../../halfFloat';
import { q2_k, q3_k, q4_k, q5_k, q6_k } from './kQuants';
import { iq4_nl, iq4_xs } from './nonLinearQuants';

/**
 * An element type of ggml: values are stored in blocks. `dequantise` reads whole blocks and writes their values, equal
 * to the last bit to what ggml computes: every product below is exact in float32 (a half-precision scale has 11 bits).
 */
export interface ElementType {
  name: string;
  valuesPerBlock: number;
  bytesPerBlock: number;
  dequantise(bytes: Uint8Array, values: Float32Array): void;
}

/** ggml's number for a type → how it is read. */
export const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  0: { name: 'F32', valuesPerBlock: 1, bytesPerBlock: 4, dequantise: float32 },
  1: { name: 'F16', valuesPerBlock: 1, bytesPerBlock: 2, dequantise: float16 },
  30: { name: 'BF16', valuesPerBlock: 1, bytesPerBlock: 2, dequantise: bfloat16 },
  8: { name: 'Q8_0', valuesPerBlock: 32, bytesPerBlock: 34, dequantise: q8_0 },
  2: { name: 'Q4_0', valuesPerBlock: 32, bytesPerBlock: 18, dequantise: q4_0 },
  3: { name: 'Q4_1', valuesPerBlock: 32, bytesPerBlock: 20, dequantise: q4_1 },
  6: { name: 'Q5_0', valuesPerBlock: 32, bytesPerBlock: 22, dequantise: q5_0 },
  7: { name: 'Q5_1', valuesPerBlock: 32, bytesPerBlock: 24, dequantise: q5_1 },
  10: { name: 'Q2_K', valuesPerBlock: 256, bytesPerBlock: 84, dequantise: q2_k },
  11: { name: 'Q3_K', valuesPerBlock: 256, bytesPerBlock: 110, dequantise: q3_k },
  12: { name: 'Q4_K', valuesPerBlock: 256, bytesPerBlock: 144, dequantise: q4_k },
  13: { name: 'Q5_K', valuesPerBlock: 256, bytesPerBlock: 176, dequantise: q5_k },
  14: { name: 'Q6_K', valuesPerBlock: 256, bytesPerBlock: 210, dequantise: q6_k },
  20: { name: 'IQ4_NL', valuesPerBlock: 32, bytesPerBlock: 18, dequantise: iq4_nl },
  23: { name: 'IQ4_XS', valuesPerBlock: 256, bytesPerBlock: 136, dequantise: iq4_xs },
};

/** Types that exist but are not read here, for messages. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  21: 'IQ3_S',
  22: 'IQ2_S',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

export function elementTypeName(type: number): string {
  return ELEMENT_TYPES[type]?.name ?? OTHER_TYPES[type] ?? l10n`number ${type}`;
}

function float32(bytes: Uint8Array, values: Float32Array): void {
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(bytes);
}

function float16(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i++, at += 2) {
    values[i] = half[bytes[at]! | (bytes[at + 1]! << 8)]!;
  }
}

function bfloat16(bytes: Uint8Array, values: Float32Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0, at = 0; i < words.length; i++, at += 2) {
    words[i] = (bytes[at]! << 16) | (bytes[at + 1]! << 24);
  }
}

/** A block: scale (float16), 32 signed bytes. */
function q8_0(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 32, at += 34) {
    const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!;
    for (let j = 0; j < 32; j++) values[i + j] = scale * ((bytes[at + 2 + j]! << 24) >> 24);
  }
}

/** A block: scale (float16), 16 bytes; low halves are the first 16 values, high halves the rest, both from -8. */
function q4_0(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 32, at += 18) {
    const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!;
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 2 + j]!;
      values[i + j] = scale * ((pair & 15) - 8);
      values[i + j + 16] = scale * ((pair >> 4) - 8);
    }
  }
}

/** A block: scale and minimum (float16), 16 bytes as in Q4_0, but from 0. */
function q4_1(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 32, at += 20) {
    const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const minimum = half[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    for (let j = 0; j < 16; j++) {
      const pair = bytes[at + 4 + j]!;
      values[i + j] = scale * (pair & 15) + minimum;
      values[i + j + 16] = scale * (pair >> 4) + minimum;
    }
  }
}

/** A block: scale (float16), the fifth bit of each value (32 bits), 16 bytes as in Q4_0; from -16. */
function q5_0(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 32, at += 22) {
    const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!;
    // Adding -0 changes nothing, not even the sign of a zero.
    fiveBits(bytes, at + 2, values, i, scale, -16, -0);
  }
}

/** A block: scale and minimum (float16), then as in Q5_0, but from 0. */
function q5_1(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 32, at += 24) {
    const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const minimum = half[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
    fiveBits(bytes, at + 4, values, i, scale, 0, minimum);
  }
}

/** 32 values of five bits counted from `first`, the fifth bits before the others. */
function fiveBits(
  bytes: Uint8Array,
  at: number,
  values: Float32Array,
  i: number,
  scale: number,
  first: number,
  minimum: number,
): void {
  const fifth = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + 4 + j]!;
    const low = (pair & 15) | (((fifth >>> j) & 1) << 4);
    const high = (pair >> 4) | (((fifth >>> (j + 16)) & 1) << 4);
    values[i + j] = scale * (low + first) + minimum;
    values[i + j + 16] = scale * (high + first) + minimum;
  }
}

import { halfValues } from '../../halfFloat';

// ggml's types of 256 values a block, with scales that are quantised themselves: most published GGUF files use them.

/** A block: 16 bytes with a 4-bit scale and minimum each, 64 bytes of 2-bit values, scale and minimum (float16). */
export function q2_k(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 256, at += 84) {
    const scale = half[bytes[at + 80]! | (bytes[at + 81]! << 8)]!;
    const minimum = half[bytes[at + 82]! | (bytes[at + 83]! << 8)]!;
    for (let group = 0; group < 16; group++) {
      const fine = bytes[at + group]!;
      const groupScale = scale * (fine & 15);
      const groupMinimum = minimum * (fine >> 4);
      const quants = at + 16 + twoBitPlace(group);
      const shift = twoBitShift(group);
      for (let j = 0; j < 16; j++) {
        values[i + group * 16 + j] = groupScale * ((bytes[quants + j]! >> shift) & 3) - groupMinimum;
      }
    }
  }
}

/**
 * A block: 32 bytes of third bits (bit b of byte j: value j of the b-th 32), 64 bytes of 2-bit values, 16 scales of 6 bits in 12
 * bytes, scale (float16); values from -4, scales from -32.
 */
export function q3_k(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 256, at += 110) {
    const scale = half[bytes[at + 108]! | (bytes[at + 109]! << 8)]!;
    for (let group = 0; group < 16; group++) {
      const low = (bytes[at + 96 + (group & 7)]! >> (4 * (group >> 3))) & 15;
      const high = (bytes[at + 104 + (group & 3)]! >> (2 * (group >> 2))) & 3;
      const groupScale = scale * ((low | (high << 4)) - 32);
      const quants = at + 32 + twoBitPlace(group);
      const third = at + (group & 1) * 16;
      const shift = twoBitShift(group);
      for (let j = 0; j < 16; j++) {
        const top = ((bytes[third + j]! >> (group >> 1)) & 1) << 2;
        values[i + group * 16 + j] = groupScale * (((bytes[quants + j]! >> shift) & 3) + top - 4);
      }
    }
  }
}

/** Where a group of 16 two-bit values starts: half a block has 32 bytes, and each byte a value of four pairs of groups. */
function twoBitPlace(group: number): number {
  return (group >> 3) * 32 + (group & 1) * 16;
}

function twoBitShift(group: number): number {
  return ((group >> 1) & 3) * 2;
}

/** A block: scale and minimum (float16), 8 pairs of a 6-bit scale and minimum in 12 bytes, 128 bytes of half-byte values. */
export function q4_k(bytes: Uint8Array, values: Float32Array): void {
  for (let i = 0, at = 0; i < values.length; i += 256, at += 144) {
    const scales = scalesAndMinima(bytes, at);
    for (let group = 0; group < 8; group++) {
      const scale = scales[2 * group]!;
      const minimum = scales[2 * group + 1]!;
      const quants = at + 16 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let j = 0; j < 32; j++) {
        values[i + group * 32 + j] = scale * ((bytes[quants + j]! >> shift) & 15) - minimum;
      }
    }
  }
}

/** A block: as Q4_K, with 32 bytes of fifth bits (bit g of byte j: value j of group g) before the half bytes. */
export function q5_k(bytes: Uint8Array, values: Float32Array): void {
  for (let i = 0, at = 0; i < values.length; i += 256, at += 176) {
    const scales = scalesAndMinima(bytes, at);
    for (let group = 0; group < 8; group++) {
      const scale = scales[2 * group]!;
      const minimum = scales[2 * group + 1]!;
      const quants = at + 48 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      for (let j = 0; j < 32; j++) {
        const fifth = ((bytes[at + 16 + j]! >> group) & 1) << 4;
        values[i + group * 32 + j] = scale * (((bytes[quants + j]! >> shift) & 15) | fifth) - minimum;
      }
    }
  }
}

/** A block: 128 bytes of low half bytes, 64 bytes of upper pairs of bits, 16 signed scales, scale (float16); from -32. */
export function q6_k(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 256, at += 210) {
    const scale = half[bytes[at + 208]! | (bytes[at + 209]! << 8)]!;
    for (let group = 0; group < 8; group++) {
      // Of the four groups in each half of the block, two share the low half bytes and all share the upper bits.
      const within = group & 3;
      const low = at + (group >> 2) * 64 + (within & 1) * 32;
      const high = at + 128 + (group >> 2) * 32;
      const lowShift = (within >> 1) * 4;
      for (let j = 0; j < 32; j++) {
        const quant =
          (((bytes[low + j]! >> lowShift) & 15) | (((bytes[high + j]! >> (2 * within)) & 3) << 4)) - 32;
        const fine = (bytes[at + 192 + group * 2 + (j >> 4)]! << 24) >> 24;
        values[i + group * 32 + j] = scale * fine * quant;
      }
    }
  }
}

/** The 8 scales and minima of a Q4_K or Q5_K block: scale 0, minimum 0, scale 1, … */
function scalesAndMinima(bytes: Uint8Array, at: number): number[] {
  const half = halfValues();
  const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!;
  const minimum = half[bytes[at + 2]! | (bytes[at + 3]! << 8)]!;
  const result: number[] = [];
  for (let group = 0; group < 8; group++) {
    const first = bytes[at + 4 + (group & 3)]!;
    const second = bytes[at + 8 + (group & 3)]!;
    const third = bytes[at + 12 + (group & 3)]!;
    const six = group < 4 ? first & 63 : (third & 15) | ((first >> 6) << 4);
    const sixMinimum = group < 4 ? second & 63 : (third >> 4) | ((second >> 6) << 4);
    result.push(scale * six, minimum * sixMinimum);
  }
  return result;
}

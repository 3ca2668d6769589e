import { halfValues } from '../../halfFloat';

// ggml's types whose half bytes are not counted from a minimum but looked up.

const LEVELS = Float32Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

/** A block: scale (float16), 16 bytes; low halves are the first 16 values, high halves the rest. */
export function iq4_nl(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 32, at += 18) {
    lookUp(bytes, at + 2, values, i, half[bytes[at]! | (bytes[at + 1]! << 8)]!);
  }
}

/** A block of 8 groups: scale (float16), upper pairs of bits of the groups' 6-bit scales, their lower 4 bits, half bytes. */
export function iq4_xs(bytes: Uint8Array, values: Float32Array): void {
  const half = halfValues();
  for (let i = 0, at = 0; i < values.length; i += 256, at += 136) {
    const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!;
    const upper = bytes[at + 2]! | (bytes[at + 3]! << 8);
    for (let group = 0; group < 8; group++) {
      const low = (bytes[at + 4 + (group >> 1)]! >> (4 * (group & 1))) & 15;
      const six = low | (((upper >> (2 * group)) & 3) << 4);
      lookUp(bytes, at + 8 + group * 16, values, i + group * 32, scale * (six - 32));
    }
  }
}

function lookUp(bytes: Uint8Array, at: number, values: Float32Array, i: number, scale: number): void {
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + j]!;
    values[i + j] = scale * LEVELS[pair & 15]!;
    values[i + j + 16] = scale * LEVELS[pair >> 4]!;
  }
}

import { openSafetensors } from '../../src/engine/safetensors';

/** An array of a fixture; integers come as numbers too. */
export interface FixtureArray {
  shape: number[];
  data: Float32Array;
}

/** All arrays of a fixture file. */
export async function readArrays(file: string): Promise<Record<string, FixtureArray>> {
  const { tensors, close } = await openSafetensors(file);
  const entries: [string, FixtureArray][] = [];
  for (const [name, tensor] of tensors) {
    if (tensor.dtype === 'I64') {
      const bytes = await tensor.readBytes();
      const view = new DataView(bytes);
      const data = Float32Array.from({ length: bytes.byteLength / 8 }, (_, i) =>
        Number(view.getBigInt64(i * 8, true)),
      );
      entries.push([name, { shape: [...tensor.shape], data }]);
    } else entries.push([name, { shape: [...tensor.shape], data: await tensor.read() }]);
  }
  await close();
  return Object.fromEntries(entries);
}

/** Right-padded ids [rows, length] as rows without their padding. */
export function rowsOf(ids: FixtureArray, lengths: FixtureArray): { tokens: Int32Array }[] {
  const width = ids.shape.at(-1)!;
  return Array.from(lengths.data, (length, r) => ({
    tokens: Int32Array.from(ids.data.subarray(r * width, r * width + length)),
  }));
}

/** Largest difference, relative to the largest magnitude of what is expected. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`${actual.length} values, ${expected.length} expected`);
  let [difference, magnitude] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    magnitude = Math.max(magnitude, Math.abs(expected[i]!));
  }
  return difference / magnitude;
}

/** Of the angle between two vectors: 1 where they point the same way. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [product, left, right] = [0, 0, 0];
  a.forEach((value, i) => {
    product += value * b[i]!;
    left += value * value;
    right += b[i]! * b[i]!;
  });
  return product / Math.sqrt(left * right);
}

/** Numbers with a shape, row-major, as sessions take and give them. */
export interface Tensor {
  type: 'float32' | 'int64' | 'float16';
  shape: readonly number[];
  /** Of half precision: its bits. */
  data: Float32Array | BigInt64Array | Uint16Array;
}

export function floats(data: Float32Array, shape: readonly number[]): Tensor {
  return { type: 'float32', shape, data };
}

/** Numbers in half precision, by their bits. */
export function halves(data: Uint16Array, shape: readonly number[]): Tensor {
  return { type: 'float16', shape, data };
}

export function integers(data: ArrayLike<number>, shape: readonly number[]): Tensor {
  return {
    type: 'int64',
    shape,
    data: BigInt64Array.from({ length: data.length }, (_, i) => BigInt(data[i]!)),
  };
}

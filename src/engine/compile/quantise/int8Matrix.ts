/** Which way round a weight [rows, columns] is multiplied with: x · W, or x · Wᵀ. */
export type Orientation = 'stored' | 'transposed';

const LARGEST = 127;

/** The scale of each row of a weight: its largest value is 127 times as much. [rows] */
export function scalesByRow(weight: Float32Array, columns: number): Float32Array {
  const scales = new Float32Array(weight.length / columns);
  for (let row = 0; row < scales.length; row++) {
    let largest = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++)
      largest = Math.max(largest, Math.abs(weight[i]!));
    scales[row] = largest / LARGEST;
  }
  return scales;
}

/** The scale of each column: [columns]. */
export function scalesByColumn(weight: Float32Array, columns: number): Float32Array {
  const scales = new Float32Array(columns);
  for (let start = 0; start < weight.length; start += columns) {
    for (let column = 0; column < columns; column++) {
      const size = Math.abs(weight[start + column]!) / LARGEST;
      if (size > scales[column]!) scales[column] = size;
    }
  }
  return scales;
}

/** A weight rounded by its rows' scales, and turned over: [columns, rows]. */
export function roundRows(weight: Float32Array, columns: number, scales: Float32Array): Int8Array {
  const rows = scales.length;
  const values = new Int8Array(weight.length);
  for (let row = 0; row < rows; row++) {
    const factor = inverse(scales[row]!);
    for (let column = 0; column < columns; column++) {
      values[column * rows + row] = Math.round(weight[row * columns + column]! * factor);
    }
  }
  return values;
}

/** A weight rounded by its columns' scales: [rows, columns]. */
export function roundColumns(weight: Float32Array, scales: Float32Array): Int8Array {
  const columns = scales.length;
  const factors = scales.map(inverse);
  const values = new Int8Array(weight.length);
  for (let start = 0; start < weight.length; start += columns) {
    for (let column = 0; column < columns; column++) {
      values[start + column] = Math.round(weight[start + column]! * factors[column]!);
    }
  }
  return values;
}

const inverse = (scale: number) => (scale === 0 ? 0 : 1 / scale);

import { type Initializer, intAttribute, type Node } from '../../graph/graph';

// Weights quantised in blocks, as onnxruntime's MatMulNBits and GatherBlockQuantized take them: along the last axis
// every `block_size` values share a scale and a zero point. Values of 4 bits lie two in a byte, the first in the low
// half.

export interface QuantisedBlocks {
  rows: number;
  columns: number;
  blockSize: number;
  bits: number;
  /** Subtracted where no zero points are given. */
  defaultZero: number;
  /** Values are stored as two's complement. */
  signed: boolean;
}

/** How a node's table is stored; undefined for widths other than 4 and 8 bits. */
export function blocksOf(node: Node, table: Initializer): QuantisedBlocks | undefined {
  const bits = intAttribute(node, 'bits', 4);
  if (bits !== 4 && bits !== 8) return undefined;
  const blockSize = intAttribute(node, 'block_size', node.op === 'MatMulNBits' ? 32 : 128);
  const stored = table.shape.reduce((product, size) => product * size, 1);
  if (node.op === 'MatMulNBits') {
    const [rows, columns] = [intAttribute(node, 'N', 0), intAttribute(node, 'K', 0)];
    return { rows, columns, blockSize, bits, defaultZero: 2 ** (bits - 1), signed: false };
  }
  const rows = table.shape[0]!;
  const values = table.type === 'uint8' ? (stored * 8) / bits : stored;
  const signed = table.type === 'int4' || table.type === 'int8';
  const defaultZero = table.type === 'uint8' ? 2 ** (bits - 1) : 0;
  return { rows, columns: values / rows, blockSize, bits, defaultZero, signed };
}

/** The table as float32, [rows, columns]. */
export function dequantiseBlocks(
  { rows, columns, blockSize, bits, defaultZero, signed }: QuantisedBlocks,
  table: Uint8Array,
  scales: Float32Array,
  zeroPoints?: Uint8Array | Float32Array,
): Float32Array {
  const blocks = Math.ceil(columns / blockSize);
  // Rows of the table and of packed zero points begin at whole bytes; the last block is filled up for products.
  const stride = (table.length * 8) / bits / rows;
  const at = (bytes: Uint8Array, index: number): number => {
    if (bits === 8) return signed ? (bytes[index]! << 24) >> 24 : bytes[index]!;
    const half = (bytes[index >> 1]! >> ((index & 1) * 4)) & 15;
    return signed && half > 7 ? half - 16 : half;
  };
  const zeroStride = zeroPoints instanceof Uint8Array ? (zeroPoints.length * 8) / bits / rows : blocks;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = Math.floor(column / blockSize);
      const scale = scales[row * blocks + block]!;
      const zero =
        zeroPoints === undefined
          ? defaultZero
          : zeroPoints instanceof Float32Array
            ? zeroPoints[row * blocks + block]!
            : at(zeroPoints, row * zeroStride + block);
      values[row * columns + column] = (at(table, row * stride + column) - zero) * scale;
    }
  }
  return values;
}

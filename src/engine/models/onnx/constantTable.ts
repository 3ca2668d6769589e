import { frontAxis } from '../../graph/dims';
import { quantiseElement } from '../../graph/fold/quantise';
import { type Initializer, intAttribute, type Node } from '../../graph/graph';
import type { WeightSource } from './weightSource';

/** A constant that a graph makes of an initializer before it is used: turned over, dequantised, or as it is. */
export interface ConstantTable {
  weight: string;
  /** The graph uses it with rows for columns. */
  transposed: boolean;
  /**
   * value = (stored - zero point) · scale, one pair for all or one for each place along an axis of what is stored.
   */
  affine?: Affine;
  /** It is stored as floats, which are rounded to 8 bits before use: quantised and dequantised at once. */
  rounded?: boolean;
}

interface Affine {
  scale: string;
  zeroPoint?: string;
  axis: number;
}

/**
 * Reads off the graph how a constant is made; undefined where it is not made of one initializer in a way known here.
 */
export function constantTable(
  value: string,
  producers: ReadonlyMap<string, Node>,
  isWeight: (value: string) => boolean,
): ConstantTable | undefined {
  const table: ConstantTable = { weight: value, transposed: false };
  for (let node = producers.get(value); node; node = producers.get(table.weight)) {
    if (node.op === 'Transpose') {
      const order = node.attributes.perm;
      if (order?.kind === 'ints' && order.value.join() !== '1,0') return undefined;
      table.transposed = !table.transposed;
    } else if (node.op === 'DequantizeLinear' && !table.affine && intAttribute(node, 'block_size', 0) === 0) {
      const [, scale, zeroPoint] = node.inputs as [string, string, string?];
      const axis = frontAxis(intAttribute(node, 'axis', 1), 2);
      // Counted in what is used here; turned over below if it is turned over before.
      table.affine = { scale, axis, ...(zeroPoint ? { zeroPoint } : {}) };
      const before = producers.get(node.inputs[0]!);
      if (before?.op === 'Transpose') table.affine.axis = 1 - axis;
      if (before?.op === 'QuantizeLinear') {
        table.rounded = true;
        node = before;
        if (producers.get(before.inputs[0]!)?.op === 'Transpose') table.affine.axis = 1 - axis;
      }
    } else if (node.op !== 'Identity' && node.op !== 'Cast') return undefined;
    table.weight = node.inputs[0]!;
  }
  return isWeight(table.weight) ? table : undefined;
}

/** The table's values as the graph uses them, row-major. */
export function readTable(
  { weight, transposed, affine, rounded = false }: ConstantTable,
  initializers: ReadonlyMap<string, Initializer>,
  source: WeightSource,
): Float32Array {
  const stored = initializers.get(weight)!;
  const [rows, columns = 1] = stored.shape as [number, number?];
  const floats = !affine || rounded ? source.floats(stored) : Float32Array.from(source.integers(stored));
  const values = affine ? dequantise(floats, columns, { affine, rounded, initializers, source }) : floats;
  return transposed ? turnOver(values, rows, columns) : values;
}

function dequantise(
  values: Float32Array,
  columns: number,
  {
    affine,
    rounded,
    initializers,
    source,
  }: {
    affine: Affine;
    rounded: boolean;
    initializers: ReadonlyMap<string, Initializer>;
    source: WeightSource;
  },
): Float32Array {
  const scales = source.floats(initializers.get(affine.scale)!);
  const zeroPoints = affine.zeroPoint ? initializers.get(affine.zeroPoint) : undefined;
  const zeros = zeroPoints ? source.integers(zeroPoints) : [];
  return values.map((value, i) => {
    const place = scales.length === 1 ? 0 : affine.axis === 0 ? Math.floor(i / columns) : i % columns;
    const [scale, zero] = [scales[place]!, zeros[place] ?? 0];
    return ((rounded ? quantiseElement(value, scale, zero, zeroPoints?.type) : value) - zero) * scale;
  });
}

function turnOver(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column]!;
    }
  }
  return result;
}

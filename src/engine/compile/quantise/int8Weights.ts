import type { TensorEntry } from '../../models/checkpoint';
import { transposed } from '../../models/transposed';
import { roundColumns, roundRows, scalesByColumn, scalesByRow } from './int8Matrix';
import { type Direction, type Int8Plan, type Int8Weight, int8Names, rightSide, spreadName } from './int8Plan';
import { Rotation } from './rotation';

type Weights = ReadonlyMap<string, TensorEntry>;

/** The rounded weights of a plan, made from float32 weights when they are read; those of one tensor stand side by side. */
export function int8Weights(plan: Int8Plan, weights: Weights): TensorEntry[] {
  const read = remembered(8, (tensor) => weights.get(tensor)!.read() as Promise<Float32Array>);
  const entries = new Map<string, TensorEntry>();
  const add = (
    name: string,
    shape: readonly number[],
    type: 'int8' | 'float32',
    make: TensorEntry['read'],
  ) => {
    if (!entries.has(name)) entries.set(name, { name, shape: [...shape], type, read: make });
  };
  for (const weight of plan.values()) {
    for (const direction of ['forward', 'backward'] as const) {
      const [inner, outer] = rightSide(weight, direction);
      const names = int8Names(weight, direction);
      const right = () => rightValues(weight, direction, plan, read);
      add(names.values, [inner, outer], 'int8', async () => new Uint8Array((await right()).values().buffer));
      add(names.scales, [outer], 'float32', async () => (await right()).scales);
    }
    const { spread } = weight;
    if (spread > 1) {
      add(spreadName(spread), [spread, spread], 'float32', async () => new Rotation(spread).matrix());
    }
  }
  return [...entries.values()];
}

async function rightValues(
  weight: Int8Weight,
  direction: Direction,
  plan: Int8Plan,
  read: (tensor: string) => Promise<Float32Array>,
) {
  const columns = weight.shape[1];
  const byRows = (weight.orientation === 'transposed') === (direction === 'forward');
  const scalesOf = byRows ? scalesByRow : scalesByColumn;
  const values = await spreadValues(weight, direction, await read(weight.tensor));
  if (direction === 'forward') return rounded(values, columns, scalesOf(values, columns), byRows);
  const scales = await Promise.all(
    weight.group.map(async (tensor) => scalesOf(await read(tensor), plan.get(tensor)!.shape[1])),
  );
  const largest = scales[0]!.map((_, i) => scales.reduce((most, list) => Math.max(most, list[i]!), 0));
  return rounded(values, columns, largest, byRows);
}

function rounded(values: Float32Array, columns: number, scales: Float32Array, byRows: boolean) {
  return {
    scales,
    values: () => (byRows ? roundRows(values, columns, scales) : roundColumns(values, scales)),
  };
}

/** What a spread left side is multiplied with: x · S · (Sᵀ · right side). */
async function spreadValues(
  { spread, orientation, shape }: Int8Weight,
  direction: Direction,
  values: Float32Array,
) {
  if (spread === 1 || direction === 'backward') return values;
  const rotation = new Rotation(spread);
  if (orientation === 'transposed') {
    const result = values.slice();
    rotation.apply(result);
    return result;
  }
  const result = transposed(values, ...shape);
  rotation.apply(result);
  return transposed(result, shape[1], shape[0]);
}

/** Keeps what was made for the last few keys. */
function remembered<T>(count: number, make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.delete(key);
    known.set(key, value);
    if (known.size > count) known.delete(known.keys().next().value!);
    return value;
  };
}

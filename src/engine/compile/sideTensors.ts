import type { SideInput } from '../models/languageModel';
import { integers, type Tensor } from '../runtime/tensor';
import { type BatchTensors, placesOf } from './batchTensors';
import { bucketTensor } from './relativeBuckets';
import type { RotaryTables } from './rotaryTables';

type Maker<Kind extends SideInput['kind']> = (
  input: Extract<SideInput, { kind: Kind }>,
  batch: BatchTensors,
  rotary: RotaryTables,
) => Tensor;

/** How each kind of side input is made from a batch. */
const MAKERS: { [Kind in SideInput['kind']]: Maker<Kind> } = {
  positions: (_, batch) => batch.positions,
  rowsShape: (_, batch) => batch.rowsShape,
  sharedEnd: (_, { shared = 0 }) => integers([1, shared], [2]),
  mask: ({ window }, batch) => batch.masks.mask(window),
  sourceMask: (_, { source }) => source!.mask,
  buckets: (input, batch) => bucketTensor(input, batch.masks.sight),
  cosines: ({ table }, batch, rotary) => rotary.reach(table, placesOf(batch)).cosines,
  sines: ({ table }, batch, rotary) => rotary.reach(table, placesOf(batch)).sines,
};

export function sideTensor(input: SideInput, batch: BatchTensors, rotary: RotaryTables): Tensor {
  const make = MAKERS[input.kind] as Maker<SideInput['kind']>;
  return make(input as never, batch, rotary);
}

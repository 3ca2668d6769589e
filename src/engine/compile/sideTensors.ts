import type { SideInput } from '../models/languageModel';
import type { Tensor } from '../runtime/tensor';
import type { BatchTensors } from './batchTensors';
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
  mask: ({ window }, batch) => batch.masks.mask(window),
  sourceMask: (_, { source }) => source!.mask,
  buckets: (input, batch) => bucketTensor(input, batch.masks.sight),
  cosines: ({ table }, batch, rotary) => rotary.reach(table, batch.past + batch.length).cosines,
  sines: ({ table }, batch, rotary) => rotary.reach(table, batch.past + batch.length).sines,
};

export function sideTensor(input: SideInput, batch: BatchTensors, rotary: RotaryTables): Tensor {
  const make = MAKERS[input.kind] as Maker<SideInput['kind']>;
  return make(input as never, batch, rotary);
}

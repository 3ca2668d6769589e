import { SIZES, type Stage } from '../models/languageModel';
import type { ModelConfig } from '../models/modelConfig';
import { floats, type Tensor } from '../runtime/tensor';
import { type BatchTensors, placesOf } from './batchTensors';
import type { Prefix } from './promptModel';
import { bucketRows } from './relativeBuckets';
import type { RotaryTables } from './rotaryTables';
import { sideTensor } from './sideTensors';

/** Values of the symbolic sizes for a batch. */
export function sizesOf(batch: BatchTensors, rotary: RotaryTables): Record<string, number> {
  return {
    [SIZES.rows]: batch.rows,
    [SIZES.length]: batch.length,
    [SIZES.past]: batch.past,
    [SIZES.shared]: batch.shared ?? 0,
    [SIZES.maskRows]: batch.masks.rows,
    [SIZES.bucketRows]: bucketRows(batch.masks.sight),
    [SIZES.source]: batch.source?.length ?? 0,
    [SIZES.places]: rotary.placesFor(placesOf(batch)),
  };
}

/** What a stage takes beside its hidden states. `past` null: nothing stands before the rows. */
export function stageInputs(
  { ports }: Stage,
  batch: BatchTensors,
  rotary: RotaryTables,
  past: { prefix: Prefix; firstLayer: number } | null,
  config: ModelConfig,
): Record<string, Tensor> {
  const inputs: Record<string, Tensor> = {};
  for (const port of ports.side) inputs[port.name] = sideTensor(port, batch, rotary);
  const shape = [past?.prefix.rows ?? 1, config.keyValueHeads, batch.past, config.headSize];
  ports.past.forEach((port, i) => {
    const layer = past?.prefix.layers[past.firstLayer + i];
    inputs[port.keys] = floats(layer?.keys ?? new Float32Array(0), shape);
    inputs[port.values] = floats(layer?.values ?? new Float32Array(0), shape);
  });
  const read = [batch.rows, config.keyValueHeads, batch.source?.length ?? 0, config.headSize];
  ports.source?.forEach((port, i) => {
    const { keys, values } = batch.source!.layers[(past?.firstLayer ?? 0) + i]!;
    inputs[port.keys] = floats(keys, read);
    inputs[port.values] = floats(values, read);
  });
  return inputs;
}

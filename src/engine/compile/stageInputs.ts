import type { ModelConfig } from '../models/checkpoint';
import { type KeyValuePorts, SIZES, type Stage } from '../models/languageModel';
import { floats, type Tensor } from '../runtime/tensor';
import type { BatchTensors } from './batchTensors';
import type { Prefix } from './promptModel';
import type { RotaryTables } from './rotaryTables';

/** Values of the symbolic sizes for a batch. */
export function sizesOf(batch: BatchTensors, tables: { cosines: Tensor }): Record<string, number> {
  return {
    [SIZES.rows]: batch.rows,
    [SIZES.length]: batch.length,
    [SIZES.past]: batch.past,
    [SIZES.maskRows]: batch.mask.shape[0]!,
    [SIZES.places]: tables.cosines.shape[0]!,
  };
}

/** What a stage takes beside its hidden states. `past` null: nothing stands before the rows. */
export function stageInputs(
  { ports }: Stage,
  batch: BatchTensors,
  rotary: RotaryTables,
  past: { prefix: Prefix; firstLayer: number; rows?: number } | null,
  config: ModelConfig,
): Record<string, Tensor> {
  const tables = rotary.reach(batch.past + batch.length);
  const inputs: Record<string, Tensor> = {
    [ports.positions]: batch.positions,
    [ports.mask]: batch.mask,
    [ports.rowsShape]: batch.rowsShape,
    [ports.cosines]: tables.cosines,
    [ports.sines]: tables.sines,
  };
  const shape = [past?.rows ?? 1, config.keyValueHeads, batch.past, config.headSize];
  ports.past.forEach((port: KeyValuePorts, i) => {
    const layer = past?.prefix.layers[past.firstLayer + i];
    inputs[port.keys] = floats(layer?.keys ?? new Float32Array(0), shape);
    inputs[port.values] = floats(layer?.values ?? new Float32Array(0), shape);
  });
  return inputs;
}

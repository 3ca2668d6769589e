import { floats, type Tensor } from '../runtime/tensor';
import { type BatchTensors, placesOf } from './batchTensors';
import type { PassContext } from './pass';
import type { Prefix } from './promptModel';
import { runIntoScratch } from './runIntoScratch';
import { stageInputs } from './stageInputs';

/** Values that a stage's backward half will need, by name. */
export type Kept = Record<string, Tensor>;

export interface KeyValueSums {
  keys: Float32Array;
  values: Float32Array;
}

/** All stages forward over embeddings, in scratch memory, with everything kept that the way back needs. */
export async function walkForward(
  c: PassContext,
  embeddings: Float32Array,
  batch: BatchTensors,
  prefix: Prefix | null,
): Promise<{ hidden: Tensor; kept: Kept[] }> {
  const kept: Kept[] = [];
  let hidden = floats(embeddings, [batch.rows, batch.length, c.config.embeddingSize]);
  let layer = 0;
  for (let index = 0; index < c.sessions.stages; index++) {
    await c.breathe();
    const { stage, forward, kept: wanted } = c.sessions.plan(index);
    const past = prefix && { prefix, firstLayer: layer };
    const inputs = { [stage.ports.hidden]: hidden, ...stageInputs(stage, batch, c.rotary, past, c.config) };
    // Rows of text hand on no keys and values of their own, unless the way back needs them.
    const present = stage.ports.present.flatMap(({ keys, values }) => [keys, values]);
    const skipped = new Set(prefix || batch.shared ? present.filter((name) => !wanted.includes(name)) : []);
    const names = forward.outputs.filter((name) => !skipped.has(name));
    const outputs = await runIntoScratch(c, await c.sessions.forward(index), {
      graph: forward,
      names,
      inputs,
      batch,
    });
    kept.push({ ...inputs, ...outputs });
    hidden = outputs[stage.ports.output]!;
    layer += stage.ports.past.length;
  }
  return { hidden, kept };
}

/**
 * From the gradient of the last hidden states, and where given those of the keys and values, back to that of the embeddings.
 * `onPast` gets each layer's gradients of the past.
 */
export async function walkBackward(
  c: PassContext,
  seed: Float32Array,
  batch: BatchTensors,
  kept: readonly Kept[],
  present: readonly KeyValueSums[] | null,
  onPast?: (layer: number, keys: Tensor, values: Tensor) => void,
): Promise<Float32Array> {
  const { config } = c;
  const shape = [batch.rows, config.keyValueHeads, placesOf(batch), config.headSize];
  const none = present
    ? undefined
    : zeros(
        c,
        shape.reduce((product, size) => product * size, 1),
      );
  let flow = floats(seed, [batch.rows, batch.length, config.hiddenSize]);
  let layer = config.layers;
  for (let index = c.sessions.stages - 1; index >= 0; index--) {
    await c.breathe();
    const { seeds, gradients, backward } = c.sessions.plan(index);
    layer -= seeds.present.length;
    const inputs: Kept = { ...kept[index], [seeds.output]: flow };
    seeds.present.forEach(({ keys, values }, i) => {
      inputs[keys] = floats(none ?? present![layer + i]!.keys, shape);
      inputs[values] = floats(none ?? present![layer + i]!.values, shape);
    });
    const session = await c.sessions.backward(index);
    const outputs = await runIntoScratch(c, session, {
      graph: backward,
      names: backward.outputs,
      inputs,
      batch,
    });
    gradients.past.forEach(({ keys, values }, i) => {
      onPast?.(layer + i, outputs[keys]!, outputs[values]!);
    });
    flow = outputs[gradients.hidden]!;
  }
  return flow.data as Float32Array;
}

/** Zeros in scratch memory. */
export function zeros(c: Pick<PassContext, 'scratch'>, count: number): Float32Array {
  return c.scratch.take(count).fill(0);
}

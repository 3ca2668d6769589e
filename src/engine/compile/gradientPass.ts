import type { TokenBatch } from '../prompt/tokenRow';
import { floats, type Tensor } from '../runtime/tensor';
import { type BatchTensors, batchTensors, gatherReadouts, scatterReadouts } from './batchTensors';
import type { PassContext } from './inferencePass';
import type { Prefix } from './promptModel';
import { runIntoScratch } from './runIntoScratch';
import { stageInputs } from './stageInputs';

export interface GradientContext extends PassContext {
  embed(ids: ArrayLike<number>): Float32Array;
  /** Loss of the readouts and its gradient by their hidden states, both already divided by `total`. */
  loss(
    hidden: Float32Array,
    batch: TokenBatch,
    total: number,
  ): Promise<{ loss: number; gradient: Float32Array }>;
}

/** Values that a stage's backward half will need, by name. */
type Kept = Record<string, Tensor>;

/**
 * Loss and gradient of one optimiser step. The soft prompt goes through the model once; its keys and values are what
 * every row's text looks back at. The rows' gradients of those keys and values are summed, and go back through the
 * prompt once. Exact: in a causal model the prompt's states do not depend on the text behind it.
 */
export async function gradientPass(
  c: GradientContext,
  prompt: Float32Array,
  batches: readonly TokenBatch[],
): Promise<{ loss: number; gradient: Float32Array }> {
  const mark = c.scratch.mark();
  try {
    return await new GradientStep(c, prompt).run(batches);
  } finally {
    c.scratch.release(mark);
  }
}

interface KeyValueSums {
  keys: Float32Array;
  values: Float32Array;
}

class GradientStep {
  private readonly promptBatch: BatchTensors;

  constructor(
    private readonly c: GradientContext,
    private readonly prompt: Float32Array,
  ) {
    const tokens = new Int32Array(prompt.length / c.config.embeddingSize);
    this.promptBatch = batchTensors([{ tokens }], 0);
  }

  async run(batches: readonly TokenBatch[]): Promise<{ loss: number; gradient: Float32Array }> {
    const { c, promptBatch } = this;
    const { kept } = await this.forward(this.prompt, promptBatch, null);
    const layers = kept.flatMap((values, index) =>
      c.sessions.plan(index).stage.ports.present.map((ports) => ({
        keys: values[ports.keys]!.data as Float32Array,
        values: values[ports.values]!.data as Float32Array,
      })),
    );
    const prefix = { length: promptBatch.length, layers };
    const sums = layers.map(({ keys }) => ({
      keys: this.zeros(keys.length),
      values: this.zeros(keys.length),
    }));
    const total = batches.reduce((sum, { readouts }) => sum + readouts.length, 0);
    let loss = 0;
    for (const batch of batches) loss += await this.textStep(batch, prefix, total, sums);
    const nothing = this.zeros(promptBatch.length * c.config.hiddenSize);
    const gradient = await this.backward(nothing, promptBatch, kept, sums);
    return { loss, gradient: Float32Array.from(gradient) };
  }

  /** Forward and backward over one micro-batch; adds the gradients of the prompt's keys and values to `sums`. */
  private async textStep(
    batch: TokenBatch,
    prefix: Prefix,
    total: number,
    sums: readonly KeyValueSums[],
  ): Promise<number> {
    const { c } = this;
    const mark = c.scratch.mark();
    const tensors = batchTensors(batch.rows, prefix.length);
    const { hidden, kept } = await this.forward(c.embed(tensors.ids), tensors, prefix);
    const { loss, gradient } = await c.loss(gatherReadouts(hidden, batch), batch, total);
    const seed = this.zeros(hidden.data.length);
    scatterReadouts(gradient, batch, seed, [tensors.length, c.config.hiddenSize]);
    await this.backward(seed, tensors, kept, null, (layer, keys, values) => {
      addTo(sums[layer]!.keys, keys);
      addTo(sums[layer]!.values, values);
    });
    c.scratch.release(mark);
    return loss;
  }

  private async forward(embeddings: Float32Array, batch: BatchTensors, prefix: Prefix | null) {
    const { c } = this;
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
      const skipped = new Set(prefix ? present.filter((name) => !wanted.includes(name)) : []);
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
   * From the gradient of the last hidden states, and for the prompt those of its keys and values, to that of the
   * embeddings. `onPast` gets each layer's gradients of the past.
   */
  private async backward(
    seed: Float32Array,
    batch: BatchTensors,
    kept: readonly Kept[],
    present: readonly KeyValueSums[] | null,
    onPast?: (layer: number, keys: Tensor, values: Tensor) => void,
  ): Promise<Float32Array> {
    const { c } = this;
    const { config } = c;
    const shape = [batch.rows, config.keyValueHeads, batch.past + batch.length, config.headSize];
    const none = present ? undefined : this.zeros(shape.reduce((product, size) => product * size, 1));
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

  private zeros(count: number): Float32Array {
    return this.c.scratch.take(count).fill(0);
  }
}

function addTo(sum: Float32Array, { data }: Tensor): void {
  const values = data as Float32Array;
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}

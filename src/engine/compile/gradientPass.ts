import { countElements } from '../graph/dims';
import type { Graph } from '../graph/graph';
import type { TokenBatch } from '../prompt/tokenRow';
import type { BufferPool } from '../runtime/bufferPool';
import type { Session } from '../runtime/session';
import { floats, type Tensor } from '../runtime/tensor';
import { type BatchTensors, batchTensors, gatherReadouts, scatterReadouts } from './batchTensors';
import type { PassContext } from './inferencePass';
import type { Prefix } from './promptModel';
import { sizesOf, stageInputs } from './stageInputs';
import type { TrainingSession } from './stageSessions';

export interface GradientContext extends PassContext {
  pool: BufferPool;
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
  const step = new GradientStep(c, prompt);
  try {
    return await step.run(batches);
  } finally {
    step.release();
  }
}

class GradientStep {
  private readonly taken = new Set<Float32Array>();
  private readonly promptBatch: BatchTensors;

  constructor(
    private readonly c: GradientContext,
    private readonly prompt: Float32Array,
  ) {
    const tokens = new Int32Array(prompt.length / c.config.hiddenSize);
    this.promptBatch = batchTensors([{ tokens }], 0);
  }

  async run(batches: readonly TokenBatch[]): Promise<{ loss: number; gradient: Float32Array }> {
    const { prefix, kept } = await this.promptForward();
    const sums = prefix.layers.map(({ keys }) => ({
      keys: new Float32Array(keys.length),
      values: new Float32Array(keys.length),
    }));
    const total = batches.reduce((sum, { readouts }) => sum + readouts.length, 0);
    let loss = 0;
    for (const batch of batches) loss += await this.textStep(batch, prefix, total, sums);
    return { loss, gradient: await this.promptBackward(kept, sums) };
  }

  release(): void {
    for (const buffer of this.taken) this.c.pool.give(buffer);
    this.taken.clear();
  }

  private async promptForward(): Promise<{ prefix: Prefix; kept: Kept[] }> {
    const { c, promptBatch } = this;
    const layers: { keys: Float32Array; values: Float32Array }[] = [];
    const kept: Kept[] = [];
    let hidden = floats(this.prompt, [1, promptBatch.length, c.config.hiddenSize]);
    for (let index = 0; index < c.sessions.stages; index++) {
      await c.breathe();
      const training = await c.sessions.prompt(index);
      const { ports } = training.plan.stage;
      const inputs = { [ports.hidden]: hidden, ...this.inputs(training, promptBatch, null, 0) };
      const outputs = await this.runInto(training.forward, training.plan.forward, inputs, promptBatch);
      kept.push({ ...inputs, ...outputs });
      for (const { keys, values } of ports.present) {
        layers.push({
          keys: outputs[keys]!.data as Float32Array,
          values: outputs[values]!.data as Float32Array,
        });
      }
      hidden = outputs[ports.output] ?? hidden;
    }
    return { prefix: { length: promptBatch.length, layers }, kept };
  }

  /** Forward and backward over one micro-batch; adds the gradients of the prompt's keys and values to `sums`. */
  private async textStep(
    batch: TokenBatch,
    prefix: Prefix,
    total: number,
    sums: readonly { keys: Float32Array; values: Float32Array }[],
  ): Promise<number> {
    const { c } = this;
    const tensors = batchTensors(batch.rows, prefix.length);
    const shape = [tensors.rows, tensors.length, c.config.hiddenSize];
    const before = new Set(this.taken);
    const kept: Kept[] = [];
    let hidden = floats(c.embed(tensors.ids), shape);
    for (let index = 0, layer = 0; index < c.sessions.stages; index++) {
      await c.breathe();
      const training = await c.sessions.text(index);
      const { ports } = training.plan.stage;
      const inputs = { [ports.hidden]: hidden, ...this.inputs(training, tensors, prefix, layer) };
      const outputs = await this.runInto(training.forward, training.plan.forward, inputs, tensors);
      kept.push({ ...inputs, ...outputs });
      hidden = outputs[ports.output]!;
      layer += ports.past.length;
    }

    const { loss, gradient } = await c.loss(gatherReadouts(hidden, batch), batch, total);
    const seed = this.take(hidden.data.length);
    scatterReadouts(gradient, batch, seed, [tensors.length, c.config.hiddenSize]);
    let flow = floats(seed, shape);
    for (let index = c.sessions.stages - 1, layer = prefix.layers.length; index >= 0; index--) {
      await c.breathe();
      const training = await c.sessions.text(index);
      const { seeds, gradients, backward } = training.plan;
      const outputs = await this.runInto(
        training.backward,
        backward,
        { ...kept[index], [seeds.output!]: flow },
        tensors,
      );
      layer -= gradients.past!.length;
      gradients.past!.forEach(({ keys, values }, i) => {
        addTo(sums[layer + i]!.keys, outputs[keys]!);
        addTo(sums[layer + i]!.values, outputs[values]!);
      });
      if (gradients.hidden) flow = outputs[gradients.hidden]!;
    }
    for (const buffer of this.taken) if (!before.has(buffer)) this.giveBack(buffer);
    return loss;
  }

  private async promptBackward(
    kept: readonly Kept[],
    sums: readonly { keys: Float32Array; values: Float32Array }[],
  ): Promise<Float32Array> {
    const { c, promptBatch } = this;
    const shape = [1, c.config.keyValueHeads, promptBatch.length, c.config.headSize];
    let flow: Tensor | undefined;
    for (let index = c.sessions.stages - 1, layer = sums.length; index >= 0; index--) {
      await c.breathe();
      const training = await c.sessions.prompt(index);
      const { seeds, gradients, backward } = training.plan;
      layer -= seeds.present!.length;
      const inputs = { ...kept[index], ...(seeds.output ? { [seeds.output]: flow! } : {}) };
      seeds.present!.forEach(({ keys, values }, i) => {
        inputs[keys] = floats(sums[layer + i]!.keys, shape);
        inputs[values] = floats(sums[layer + i]!.values, shape);
      });
      const outputs = await this.runInto(training.backward, backward, inputs, promptBatch);
      flow = outputs[gradients.hidden!]!;
    }
    return Float32Array.from(flow!.data as Float32Array);
  }

  private inputs(training: TrainingSession, batch: BatchTensors, prefix: Prefix | null, firstLayer: number) {
    const past = prefix && { prefix, firstLayer };
    return stageInputs(training.plan.stage, batch, this.c.rotary, past, this.c.config);
  }

  /** Runs a graph with all its outputs written into buffers of the pool. */
  private runInto(
    session: Session,
    graph: Graph,
    inputs: Readonly<Record<string, Tensor>>,
    batch: BatchTensors,
  ): Promise<Record<string, Tensor>> {
    const sizes = sizesOf(batch, this.c.rotary.reach(batch.past + batch.length));
    const outputs = graph.outputs.map((name) => {
      const { shape } = graph.typeOf(name);
      const known = shape.map((dim) => countElements([dim], sizes));
      return [name, floats(this.take(countElements(shape, sizes)), known)] as const;
    });
    return session.run(inputs, Object.fromEntries(outputs));
  }

  private take(count: number): Float32Array {
    const buffer = this.c.pool.take(count);
    this.taken.add(buffer);
    return buffer;
  }

  private giveBack(buffer: Float32Array): void {
    this.taken.delete(buffer);
    this.c.pool.give(buffer);
  }
}

function addTo(sum: Float32Array, { data }: Tensor): void {
  const values = data as Float32Array;
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}

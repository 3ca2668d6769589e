import type { TokenBatch } from '../prompt/tokenRow';
import type { Tensor } from '../runtime/tensor';
import { batchTensors, gatherReadouts, scatterReadouts } from './batchTensors';
import type { LossOf, PassContext } from './pass';
import type { Prefix } from './promptModel';
import { fitsAsRow, gradientWithPromptRow } from './promptRow';
import { type KeyValueSums, walkBackward, walkForward, zeros } from './stageWalk';

/**
 * Loss and gradient of one optimiser step. The soft prompt goes through the model once; its keys and values are what
 * every row's text looks back at. The rows' gradients of those keys and values are summed, and go back through the
 * prompt once. Exact: in a causal model the prompt's states do not depend on the text behind it.
 */
export async function gradientPass(
  c: PassContext,
  prompt: Float32Array,
  batches: readonly TokenBatch[],
  loss: LossOf,
): Promise<{ loss: number; gradient: Float32Array }> {
  const mark = c.scratch.mark();
  const [only, ...more] = batches;
  try {
    if (only && more.length === 0 && fitsAsRow(c, only, prompt.length / c.config.embeddingSize)) {
      return await gradientWithPromptRow(c, prompt, only, loss);
    }
    return await throughPrompt(c, prompt, batches, loss);
  } finally {
    c.scratch.release(mark);
  }
}

async function throughPrompt(
  c: PassContext,
  prompt: Float32Array,
  batches: readonly TokenBatch[],
  lossOf: LossOf,
): Promise<{ loss: number; gradient: Float32Array }> {
  const promptBatch = batchTensors([{ tokens: new Int32Array(prompt.length / c.config.embeddingSize) }], 0);
  const { kept } = await walkForward(c, prompt, promptBatch, null);
  const layers = kept.flatMap((values, index) =>
    c.sessions.plan(index).stage.ports.present.map((ports) => ({
      keys: values[ports.keys]!.data as Float32Array,
      values: values[ports.values]!.data as Float32Array,
    })),
  );
  const prefix = { length: promptBatch.length, layers };
  const sums = layers.map(({ keys }) => ({ keys: zeros(c, keys.length), values: zeros(c, keys.length) }));
  const total = batches.reduce((sum, { readouts }) => sum + readouts.length, 0);
  let loss = 0;
  for (const batch of batches) {
    loss += await textStep(c, batch, prefix, sums, (hidden) => lossOf(hidden, batch, total));
  }
  const nothing = zeros(c, promptBatch.length * c.config.hiddenSize);
  const gradient = await walkBackward(c, nothing, promptBatch, kept, sums);
  return { loss, gradient: Float32Array.from(gradient) };
}

/** Forward and backward over one micro-batch; adds the gradients of the prompt's keys and values to `sums`. */
async function textStep(
  c: PassContext,
  batch: TokenBatch,
  prefix: Prefix,
  sums: readonly KeyValueSums[],
  lossOf: (hidden: Float32Array) => ReturnType<LossOf>,
): Promise<number> {
  const mark = c.scratch.mark();
  const tensors = batchTensors(batch.rows, prefix.length);
  const { hidden, kept } = await walkForward(c, c.embed(tensors.ids), tensors, prefix);
  const { loss, gradient } = await lossOf(gatherReadouts(hidden, batch));
  const seed = zeros(c, hidden.data.length);
  scatterReadouts(gradient, batch, seed, [tensors.length, c.config.hiddenSize]);
  await walkBackward(c, seed, tensors, kept, null, (layer, keys, values) => {
    addTo(sums[layer]!.keys, keys);
    addTo(sums[layer]!.values, values);
  });
  c.scratch.release(mark);
  return loss;
}

function addTo(sum: Float32Array, { data }: Tensor): void {
  const values = data as Float32Array;
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}

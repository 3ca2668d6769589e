import type { Readout, TokenBatch } from '../prompt/tokenRow';
import { batchParts } from './batchParts';
import { greatest } from './generate';
import { inferencePass } from './inferencePass';
import { addPromptGradient, embeddingsOf, type JoinedRows, joinRows } from './joinedRows';
import type { LossOf, Pass, PassContext } from './pass';
import type { Prefix } from './promptModel';
import { walkBackward, walkForward, zeros } from './stageWalk';

/**
 * Models without cache: what stands before the rows goes through the layers with each of them. In a bidirectional model it must,
 * for the prompt's states depend on the text behind it; decoders exported to ONNX without cache have no other way.
 */
export function concatenatedPass(c: PassContext): Pass {
  const states = async (whole: TokenBatch, prefix: Prefix | null) => {
    const width = c.config.hiddenSize;
    const found = new Float32Array(whole.readouts.length * width);
    for (const { batch, readouts } of batchParts(whole, prefix?.length ?? 0)) {
      const joined = joinRows(c, batch.rows, embeddingsOf(prefix));
      const { hidden } = await inferencePass(c, joined.embeddings, joined.tensors, null);
      const part = gather(c, hidden.data as Float32Array, batch, joined);
      readouts.forEach((readout, i) => {
        found.set(part.subarray(i * width, (i + 1) * width), readout * width);
      });
    }
    return found;
  };
  return {
    async prefix(embeddings, before) {
      const all = new Float32Array([...embeddingsOf(before), ...embeddings]);
      return { length: all.length / c.config.embeddingSize, layers: [], embeddings: all };
    },
    states,
    gradient: (prompt, batches, loss) => gradientStep(c, prompt, batches, loss),
    async generate(rows, prefix, { maxTokens, stop, onWritten }) {
      const texts = rows.map((row) => [...row]);
      const answers = () => texts.map((tokens, row) => tokens.slice(rows[row]!.length));
      const open = new Set(rows.keys());
      for (let generated = 0; generated < maxTokens && open.size > 0; generated++) {
        const going = [...open];
        const batch: TokenBatch = {
          rows: going.map((row) => ({ tokens: Int32Array.from(texts[row]!) })),
          readouts: going.map((row, index) => ({ row: index, position: texts[row]!.length - 1, target: 0 })),
        };
        const next = greatest(await c.headLogits(await states(batch, prefix)), going.length);
        going.forEach((row, index) => {
          if (stop.includes(next[index]!)) open.delete(row);
          else texts[row]!.push(next[index]!);
        });
        onWritten?.(answers());
      }
      return answers();
    },
  };
}

async function gradientStep(
  c: PassContext,
  prompt: Float32Array,
  batches: readonly TokenBatch[],
  lossOf: LossOf,
): Promise<{ loss: number; gradient: Float32Array }> {
  const total = batches.reduce((sum, { readouts }) => sum + readouts.length, 0);
  const sum = new Float64Array(prompt.length);
  let loss = 0;
  const before = prompt.length / c.config.embeddingSize;
  for (const { batch } of batches.flatMap((whole) => batchParts(whole, before))) {
    const mark = c.scratch.mark();
    try {
      const joined = joinRows(c, batch.rows, prompt);
      const { tensors } = joined;
      const { hidden, kept } = await walkForward(c, joined.embeddings, tensors, null);
      const found = await lossOf(gather(c, hidden.data as Float32Array, batch, joined), batch, total);
      loss += found.loss;
      const seed = zeros(c, hidden.data.length);
      scatter(c, found.gradient, batch, joined, seed);
      const gradient = await walkBackward(c, seed, tensors, kept, null);
      addPromptGradient(c, gradient, joined, sum);
    } finally {
      c.scratch.release(mark);
    }
  }
  return { loss, gradient: Float32Array.from(sum) };
}

/** Tokens whose states are read out as one, their mean: the one at the readout's place, or all that the model pools. */
function span(
  { config }: PassContext,
  { row, position }: Readout,
  { rows }: TokenBatch,
  { tensors, before }: JoinedRows,
): { start: number; count: number } {
  const first = row * tensors.length + before;
  if (config.kind !== 'encoder') return { start: first + position, count: 1 };
  return { start: first, count: config.pooling === 'cls' ? 1 : rows[row]!.tokens.length };
}

/** [readouts, hidden size] */
function gather(c: PassContext, hidden: Float32Array, batch: TokenBatch, joined: JoinedRows): Float32Array {
  const width = c.config.hiddenSize;
  const states = new Float32Array(batch.readouts.length * width);
  batch.readouts.forEach((readout, index) => {
    const { start, count } = span(c, readout, batch, joined);
    for (let k = 0; k < width; k++) {
      let sum = 0;
      for (let token = start; token < start + count; token++) sum += hidden[token * width + k]!;
      states[index * width + k] = sum / count;
    }
  });
  return states;
}

/** The reverse of `gather`: adds each readout's gradient at its places in `target`. */
function scatter(
  c: PassContext,
  gradients: Float32Array,
  batch: TokenBatch,
  joined: JoinedRows,
  target: Float32Array,
): void {
  const width = c.config.hiddenSize;
  batch.readouts.forEach((readout, index) => {
    const { start, count } = span(c, readout, batch, joined);
    for (let token = start; token < start + count; token++) {
      for (let k = 0; k < width; k++) target[token * width + k]! += gradients[index * width + k]! / count;
    }
  });
}

import type { TokenBatch, TokenRow } from '../prompt/tokenRow';
import { floats } from '../runtime/tensor';
import { HIDDEN } from './attentionMask';
import {
  type BatchTensors,
  batchTensors,
  gatherReadouts,
  type Source,
  scatterReadouts,
} from './batchTensors';
import { continueRows, ROWS_AT_ONCE } from './generate';
import { inferencePass } from './inferencePass';
import { addPromptGradient, embeddingsOf, type JoinedRows, joinRows } from './joinedRows';
import type { LossOf, Pass, PassContext } from './pass';
import type { Prefix } from './promptModel';
import type { StageSessions } from './stageSessions';
import { type KeyValueSums, walkBackward, walkForward, zeros } from './stageWalk';

/** The decoder's answers begin anew: nothing stands before them but what the encoder has read. */
const NOTHING: Prefix = { length: 0, layers: [] };

/**
 * Models that read a row with an encoder, the prompt before it, and write the answer with a decoder. A row is read once, however
 * many answers to it are scored and however long the one that is written: the decoder finds keys and values of what was read.
 */
export function encoderDecoderPass(c: PassContext, encoder: StageSessions): Pass {
  const reader = { ...c, sessions: encoder };

  const read = async (rows: readonly TokenRow[], before: Float32Array) => {
    const joined = joinRows(c, textsOf(rows), before);
    const { present } = await inferencePass(reader, joined.embeddings, joined.tensors, null, {
      keepPresent: true,
    });
    return sourceOf(joined, rows, present);
  };

  return {
    async prefix(embeddings, before) {
      const all = new Float32Array([...embeddingsOf(before), ...embeddings]);
      return { length: all.length / c.config.embeddingSize, layers: [], embeddings: all };
    },
    async states(batch, prefix) {
      const tensors = answerTensors(c, batch.rows, await read(batch.rows, embeddingsOf(prefix)));
      const { hidden } = await inferencePass(c, c.embed(tensors.ids), tensors, NOTHING);
      return gatherReadouts(hidden, batch);
    },
    gradient: (prompt, batches, lossOf) => gradientStep(c, reader, prompt, batches, lossOf),
    async generate(rows, prefix, options) {
      const before = embeddingsOf(prefix);
      const start = Int32Array.from(options.start ?? [c.config.decoderStart!]);
      const answers: number[][] = [];
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
        const some = rows.slice(from, from + ROWS_AT_ONCE).map((tokens) => ({ tokens }));
        const starts = some.map(() => start);
        answers.push(...(await continueRows(c, starts, NOTHING, options, await read(some, before))));
      }
      return answers;
    },
  };
}

async function gradientStep(
  c: PassContext,
  reader: PassContext,
  prompt: Float32Array,
  batches: readonly TokenBatch[],
  lossOf: LossOf,
): Promise<{ loss: number; gradient: Float32Array }> {
  const total = batches.reduce((count, { readouts }) => count + readouts.length, 0);
  const sum = new Float64Array(prompt.length);
  let loss = 0;
  for (const batch of batches) {
    const mark = c.scratch.mark();
    try {
      const joined = joinRows(c, textsOf(batch.rows), prompt);
      const read = await walkForward(reader, joined.embeddings, joined.tensors, null);
      const last = read.kept.at(-1)!;
      const { present } = reader.sessions.plan(reader.sessions.stages - 1).stage.ports;
      const layers = present.map(({ keys, values }) => ({
        keys: last[keys]!.data as Float32Array,
        values: last[values]!.data as Float32Array,
      }));
      const tensors = answerTensors(c, batch.rows, sourceOf(joined, batch.rows, layers));
      const written = await walkForward(c, c.embed(tensors.ids), tensors, NOTHING);
      const found = await lossOf(gatherReadouts(written.hidden, batch), batch, total);
      loss += found.loss;

      const seed = zeros(c, written.hidden.data.length);
      scatterReadouts(found.gradient, batch, seed, [tensors.length, c.config.hiddenSize]);
      const gradients: KeyValueSums[] = [];
      await walkBackward(c, seed, tensors, written.kept, null, (layer, keys, values) => {
        gradients[layer] = { keys: keys.data as Float32Array, values: values.data as Float32Array };
      });
      const nothing = zeros(c, read.hidden.data.length);
      const flow = await walkBackward(reader, nothing, joined.tensors, read.kept, gradients);
      addPromptGradient(c, flow, joined, sum);
    } finally {
      c.scratch.release(mark);
    }
  }
  return { loss, gradient: Float32Array.from(sum) };
}

/** What the encoder reads of rows: branches are the answer's. */
const textsOf = (rows: readonly TokenRow[]): TokenRow[] => rows.map(({ tokens }) => ({ tokens }));

/** The decoder's tokens, beside what the encoder has read of their rows. */
function answerTensors({ config }: PassContext, rows: readonly TokenRow[], source: Source): BatchTensors {
  const start = Int32Array.of(config.decoderStart!);
  const answers = rows.map(({ answer, branches }) => ({
    tokens: answer ?? start,
    ...(branches && { branches }),
  }));
  return { ...batchTensors(answers, 0), source };
}

/** What was read, with the padding behind shorter rows hidden. */
function sourceOf(
  { tensors, before }: JoinedRows,
  rows: readonly TokenRow[],
  layers: Source['layers'],
): Source {
  const { length } = tensors;
  const mask = new Float32Array(rows.length * length);
  rows.forEach(({ tokens }, row) => {
    mask.fill(HIDDEN, row * length + before + tokens.length, (row + 1) * length);
  });
  return { length, mask: floats(mask, [rows.length, 1, 1, length]), layers };
}

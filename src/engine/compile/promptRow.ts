import type { TokenBatch, TokenRow } from '../prompt/tokenRow';
import { integers } from '../runtime/tensor';
import { AttentionMasks, type Sight } from './attentionMask';
import { type BatchTensors, batchTensors, gatherReadouts, scatterReadouts } from './batchTensors';
import type { LossOf, PassContext } from './pass';
import { walkBackward, walkForward, zeros } from './stageWalk';

/**
 * What a pass for the prompt alone costs beside its tokens, in tokens of text: so few tokens at a time wait for the weights to come
 * from memory, and every operator has to be started once more. Measured on SmolLM2-135M: 20 tokens take as long as 60 do in a batch.
 */
const OWN_PASS = 40;

/** Whether it is less work to take the prompt along as one more row of a batch, padded, than by itself. */
export function fitsAsRow(c: PassContext, { rows }: TokenBatch, promptLength: number): boolean {
  if (!c.sessions.promptAsRow) return false;
  const longest = Math.max(...rows.map(({ tokens }) => tokens.length));
  const together = (rows.length + 1) * Math.max(longest, promptLength);
  return together <= rows.length * longest + promptLength + OWN_PASS;
}

/**
 * Loss and gradient of a step that is one batch, with the prompt as its first row: in every layer, the rows of text look back at the
 * keys and values that the first row has just got.
 */
export async function gradientWithPromptRow(
  c: PassContext,
  prompt: Float32Array,
  batch: TokenBatch,
  lossOf: LossOf,
): Promise<{ loss: number; gradient: Float32Array }> {
  const tensors = promptRowTensors(batch.rows, prompt.length / c.config.embeddingSize);
  const embeddings = c.embed(tensors.ids);
  embeddings.set(prompt);
  const { hidden, kept } = await walkForward(c, embeddings, tensors, null);
  const readouts = batch.readouts.map((readout) => ({ ...readout, row: readout.row + 1 }));
  const behind = { rows: batch.rows, readouts };
  const { loss, gradient } = await lossOf(gatherReadouts(hidden, behind), batch, readouts.length);
  const seed = zeros(c, hidden.data.length);
  scatterReadouts(gradient, behind, seed, [tensors.length, c.config.hiddenSize]);
  const flow = await walkBackward(c, seed, tensors, kept, null);
  return { loss, gradient: flow.slice(0, prompt.length) };
}

/** The prompt as row 0, whose ids are not looked at, and rows of text behind it. */
function promptRowTensors(rows: readonly TokenRow[], promptLength: number): BatchTensors {
  const tensors = batchTensors([{ tokens: new Int32Array(promptLength) }, ...rows], promptLength);
  const positions = Array.from(tensors.positions.data, Number);
  for (let i = 0; i < tensors.length; i++) positions[i] = i;
  return {
    ...tensors,
    past: 0,
    shared: promptLength,
    positions: integers(positions, tensors.positions.shape),
    masks: new AttentionMasks(withPromptRow(tensors.masks.sight)),
  };
}

/** Row 0 sees itself alone, not what it shares with the others. */
function withPromptRow(text: Sight): Sight {
  const { past } = text;
  return {
    ...text,
    rows: text.batchRows,
    sees: (row, token, key) => (row === 0 ? key >= past && key <= past + token : text.sees(row, token, key)),
    tokenPosition: (row, token) => (row === 0 ? token : text.tokenPosition(row, token)),
    keyPosition: (row, key) => (row === 0 ? key - past : text.keyPosition(row, key)),
  };
}

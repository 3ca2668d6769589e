import { identityHead } from '../compile/classHead';
import type { PromptModel } from '../compile/promptModel';
import type { Tokenizer } from '../models/tokenizer';
import type { LabelWord } from '../prompt/labelWords';
import type { ClassHead } from '../prompt/tokenRow';

/** What similarities are divided by: as sharp as the losses that sentence encoders are trained with. */
const TEMPERATURE = 0.05;

/**
 * A class head that was not trained: a row is of the class whose label it is most similar to, by the cosine of their pooled
 * states. It is the zero-shot answer of an encoder without head, and what a trained head starts from.
 */
export async function similarityHead(
  model: PromptModel,
  { before, after }: Tokenizer,
  labels: readonly LabelWord[],
): Promise<ClassHead> {
  const { hiddenSize } = model.config;
  const rows = labels.map(({ tokens }) => ({ tokens: Int32Array.from([...before, ...tokens, ...after]) }));
  const readouts = rows.map((_, row) => ({ row, position: 0, target: 0 }));
  const states = await model.logits({ rows, readouts }, identityHead(hiddenSize), null);
  const norms = labels.map((_, row) => norm(states.subarray(row * hiddenSize, (row + 1) * hiddenSize)));
  // The rows' own norms differ little; they do not change which class is nearest.
  const usual = norms.reduce((sum, value) => sum + value, 0) / norms.length;
  const weight = states.map((value, i) => value / (norms[Math.floor(i / hiddenSize)]! * usual * TEMPERATURE));
  return { weight, bias: new Float32Array(labels.length) };
}

function norm(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
}

import type { TokenRow } from '../prompt/tokenRow';
import { type BatchTensors, batchTensors, causalSight, mutualSight } from './batchTensors';
import type { PassContext } from './pass';
import type { Prefix } from './promptModel';

/** Rows with the same vectors before each. */
export interface JoinedRows {
  tensors: BatchTensors;
  /** [rows, length, embedding size] */
  embeddings: Float32Array;
  /** Virtual tokens or others that stand before each row. */
  before: number;
}

export function joinRows(c: PassContext, rows: readonly TokenRow[], before: Float32Array): JoinedRows {
  const { embeddingSize, kind } = c.config;
  const count = before.length / embeddingSize;
  const longer = rows.map(({ tokens, branches }) => ({
    tokens: behind(tokens, count),
    ...(branches && { branches: behind(branches, count) }),
  }));
  const tensors = batchTensors(longer, 0, kind === 'decoder' ? causalSight : mutualSight);
  const embeddings = c.embed(tensors.ids);
  rows.forEach((_, row) => {
    embeddings.set(before, row * tensors.length * embeddingSize);
  });
  return { tensors, embeddings, before: count };
}

function behind(values: Int32Array, count: number): Int32Array {
  const longer = new Int32Array(count + values.length);
  longer.set(values, count);
  return longer;
}

/**
 * Adds the gradient of what stands before the rows to `sum`: the same vectors stand before every row.
 *
 * @param gradient [rows, length, embedding size]
 */
export function addPromptGradient(
  { config }: PassContext,
  gradient: Float32Array,
  { tensors }: JoinedRows,
  sum: Float64Array,
): void {
  const stride = tensors.length * config.embeddingSize;
  for (let row = 0; row < tensors.rows; row++) {
    for (let i = 0; i < sum.length; i++) sum[i]! += gradient[row * stride + i]!;
  }
}

/** What stands before the rows, as vectors. */
export function embeddingsOf(prefix: Prefix | null | undefined): Float32Array {
  return prefix?.embeddings ?? new Float32Array(0);
}

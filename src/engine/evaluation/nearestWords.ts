import type { VirtualTokenWords } from '../../protocol/runs';
import type { PromptModel } from '../compile/promptModel';
import type { Tokenizer } from '../models/tokenizer';

/** Rows of the embedding table looked at between two breaths: some tens of milliseconds. */
const CHUNK = 2048;

/**
 * The vocabulary's words nearest to each virtual token by cosine similarity, best first: a hint at what a soft prompt
 * may mean, not an explanation. `prompt` is row-major [virtual tokens, embeddingSize].
 */
export async function nearestWords(
  model: PromptModel,
  tokenizer: Tokenizer,
  prompt: Float32Array,
  count = 5,
): Promise<VirtualTokenWords[]> {
  const { embeddingSize, vocabularySize } = model.config;
  const virtualTokens = splitRows(prompt, embeddingSize).map((vector) => ({
    vector,
    norm: Math.sqrt(dot(vector, vector)),
    nearest: [] as { id: number; similarity: number }[],
  }));
  for (let start = 0; start < vocabularySize; start += CHUNK) {
    await model.breathe?.();
    const ids = Int32Array.from(
      { length: Math.min(CHUNK, vocabularySize - start) },
      (_, index) => start + index,
    );
    splitRows(model.embed(ids), embeddingSize).forEach((word, index) => {
      const norm = Math.sqrt(dot(word, word));
      for (const token of virtualTokens) {
        const similarity = norm * token.norm === 0 ? 0 : dot(word, token.vector) / (norm * token.norm);
        keepBest(token.nearest, { id: start + index, similarity }, count);
      }
    });
  }
  return virtualTokens.map(({ nearest }, token) => ({
    token,
    nearest: nearest.map(({ id, similarity }) => ({ word: tokenizer.word(id), similarity })),
  }));
}

function splitRows(matrix: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: matrix.length / width }, (_, row) =>
    matrix.subarray(row * width, (row + 1) * width),
  );
}

function dot(one: Float32Array, other: Float32Array): number {
  let total = 0;
  for (let i = 0; i < one.length; i++) total += one[i]! * other[i]!;
  return total;
}

function keepBest<T extends { similarity: number }>(best: T[], candidate: T, count: number): void {
  if (best.length === count && candidate.similarity <= best[count - 1]!.similarity) return;
  const place = best.findIndex(({ similarity }) => similarity < candidate.similarity);
  best.splice(place < 0 ? best.length : place, 0, candidate);
  best.length = Math.min(best.length, count);
}

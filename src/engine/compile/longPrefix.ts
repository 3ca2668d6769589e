import type { Pass } from './pass';
import type { Prefix } from './promptModel';

/**
 * Tokens of a prefix that go through the layers together. What a layer looks at grows with the square of these: 1,000 tokens of
 * few-shot examples at once take SmolLM2-135M 1.1 GB for a moment, in pieces 0.3 GB.
 */
const TOKENS_AT_ONCE = 512;

/** The same prefix, computed piece by piece: each piece looks back at the ones before it. */
export function inPieces(prefix: Pass['prefix'], width: number): Pass['prefix'] {
  return async (embeddings, before) => {
    const size = TOKENS_AT_ONCE * width;
    let made: Prefix | undefined = before;
    for (let from = 0; from === 0 || from < embeddings.length; from += size) {
      made = await prefix(embeddings.subarray(from, from + size), made);
    }
    return made!;
  };
}

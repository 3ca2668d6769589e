/** SentencePiece's sign for a space. */
export const WORD_START = '▁';

const BEFORE_WORD_START = /(?<=[^▁])(?=▁)/;

/**
 * Tokenizers that take a whole text as one word are slow on long texts. If no token has the sign for a space behind another character,
 * none can reach over the start of a word: words can be encoded apart, and be remembered.
 */
export function wordStarts(vocabulary: ReadonlyMap<string, number>): (word: string) => string[] {
  if (!vocabulary.has(WORD_START)) return (word) => [word];
  for (const token of vocabulary.keys()) if (BEFORE_WORD_START.test(token)) return (word) => [word];
  return (word) => word.split(BEFORE_WORD_START);
}

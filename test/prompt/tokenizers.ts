import type { Tokenizer } from '../../src/engine/models/tokenizer';

/** One token a UTF-8 byte, id = byte; 256 ends, 257 begins a text. Long enough rows, no vocabulary to think of. */
export function byteTokenizer(options: { before?: number[]; after?: number[] } = {}): Tokenizer {
  return {
    vocabularySize: 258,
    endOfText: 256,
    before: [],
    after: [],
    ...options,
    encode: (text) => [...Buffer.from(text)],
    decode: (ids) => Buffer.from(ids.filter((id) => id < 256)).toString(),
    word: (id) => Buffer.from([id]).toString('latin1'),
  };
}

/** One token a word with the space before it, as byte-pair vocabularies have them; ids in order of first sight. */
export function wordTokenizer(): Tokenizer {
  const words: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (word: string) => {
    if (!ids.has(word)) ids.set(word, words.push(word));
    return ids.get(word)!;
  };
  return {
    vocabularySize: 100_000,
    endOfText: 0,
    before: [],
    after: [],
    encode: (text) => (text.match(/ ?[\p{L}\p{N}]+|\s|[^\s\p{L}\p{N}]/gu) ?? []).map(idOf),
    decode: (tokens) => tokens.map((id) => words[id - 1]).join(''),
    word: (id) => words[id - 1]!,
  };
}

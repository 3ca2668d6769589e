import type { Tokenizer } from '../tokenizer';
import { type AddedToken, addedTokenFinder } from './addedTokens';
import type { Decoder } from './decoders';
import type { Normaliser } from './normalisers';
import type { Cutter } from './preTokenizers';
import { SHIELD, shieldFrom } from './shield';
import type { WordModel } from './wordModel';
import { wordStarts } from './wordStarts';

/** What a tokenizer is made of, whichever file described it. */
export interface TokenizerParts {
  added: readonly AddedToken[];
  normalise: Normaliser;
  cut: Cutter;
  /** Without added tokens. */
  vocabulary: ReadonlyMap<string, number>;
  encodeWord: WordModel;
  /** What becomes of a part of a word depends on the rest of it. */
  wholeWords?: boolean;
  decode: Decoder;
  /** A token of the vocabulary as people read it. */
  show(token: string): string;
}

export type TokenizerSettings = Pick<
  Tokenizer,
  'kind' | 'endOfText' | 'before' | 'after' | 'mask' | 'pad' | 'chat'
>;

const REMEMBERED_WORDS = 50_000;
const LONGEST_REMEMBERED = 64;

/**
 * Puts the parts together as the Rust implementation does: added tokens are found in the text as it stands, the rest is
 * normalised, then searched for those that are found in normalised text; what is left is cut into words.
 */
export function assembleTokenizer(parts: TokenizerParts, settings: TokenizerSettings): Tokenizer {
  const { added, normalise, cut, vocabulary, encodeWord, decode } = parts;
  const isNormalised = ({ normalized, special }: AddedToken) => normalized ?? !special;
  const findPlain = addedTokenFinder(
    added.filter((token) => !isNormalised(token)).map((token) => ({ ...token, written: token.content })),
  );
  const findNormalised = addedTokenFinder(
    added.filter(isNormalised).map((token) => ({ ...token, written: normalise(token.content) })),
  );
  const words: string[] = [];
  for (const [token, id] of vocabulary) words[id] = token;
  for (const { content, id } of added) words[id] = content;
  const addedIds = new Set(added.map(({ id }) => id));
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  const finerCut = parts.wholeWords ? (word: string) => [word] : wordStarts(vocabulary);

  // Datasets repeat their words.
  const remembered = new Map<string, readonly number[]>();
  const idsOf = (word: string): readonly number[] => {
    const known = remembered.get(word);
    if (known) return known;
    const ids = encodeWord(word);
    if (remembered.size >= REMEMBERED_WORDS) remembered.clear();
    if (word.length <= LONGEST_REMEMBERED) remembered.set(word, ids);
    return ids;
  };

  return {
    ...settings,
    vocabularySize: words.length,
    encode: (text) => {
      const ids: number[] = [];
      for (const section of findPlain(text, true)) {
        if ('id' in section) {
          ids.push(section.id);
          continue;
        }
        for (const part of findNormalised(normalise(section.text), section.atStart)) {
          if ('id' in part) {
            ids.push(part.id);
            continue;
          }
          for (const word of cut(part.text.replaceAll(SHIELD, ''), part.atStart)) {
            for (const piece of finerCut(word)) for (const id of idsOf(piece)) ids.push(id);
          }
        }
      }
      return ids;
    },
    shield: shieldFrom(added),
    decode: (ids) => {
      // Models often have more rows in their embedding table than the tokenizer has words.
      const known = ids.filter((id) => words[id] !== undefined && !special.has(id));
      return known.length === 0 ? '' : decode(known.map((id) => words[id]!)).join('');
    },
    word: (id) => {
      const token = words[id];
      if (token === undefined) return `<${id}>`;
      return addedIds.has(id) ? token : parts.show(token);
    },
  };
}

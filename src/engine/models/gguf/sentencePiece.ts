import { bytePairs } from '../tokenizers/bpe';
import { byteTokens } from '../tokenizers/byteFallback';
import { decoder } from '../tokenizers/decoders';
import type { TokenizerParts } from '../tokenizers/pipeline';
import { CharacterMap } from '../tokenizers/precompiled';
import { unigrams } from '../tokenizers/unigram';
import { WORD_START } from '../tokenizers/wordStarts';
import {
  BYTE,
  type GgufVocabulary,
  ggufAddedTokens,
  idsByToken,
  NORMAL,
  UNUSED,
  USER_DEFINED,
} from './vocabulary';

export interface SentencePieceSettings {
  unknown?: number;
  /** A space before the text, so that its first word is written as any other. */
  spacePrefix: boolean;
  /** Spaces at both ends go, and of several only one stays. */
  removeExtraSpaces: boolean;
  characterMap?: Uint8Array;
}

/**
 * SentencePiece's byte-pair encoding: no merge rules, but of all neighbours that make a token together those that make the
 * best-scored one are merged first. https://github.com/google/sentencepiece, `bpe_model.cc`.
 */
export function ggufScoredPairs(vocabulary: GgufVocabulary, settings: SentencePieceSettings): TokenizerParts {
  const { tokens, scores } = vocabulary;
  const mergeable = idsByToken(vocabulary, [NORMAL, USER_DEFINED, UNUSED]);
  const all = idsByToken(vocabulary);
  const encodeWord = bytePairs({
    vocabulary: mergeable,
    merge: (left, right) => {
      const id = mergeable.get(tokens[left]! + tokens[right]!);
      return id === undefined ? undefined : { id, rank: -(scores[id] ?? 0) };
    },
    unknown: settings.unknown,
    fuseUnknown: true,
    spell: byteTokens(all),
  });
  return { ...sentencePieceParts(vocabulary, settings), vocabulary: all, encodeWord };
}

/** SentencePiece's unigram model. `spell`: unknown text as tokens; bytes, where there are tokens for them, unless told. */
export function ggufUnigrams(
  vocabulary: GgufVocabulary,
  settings: SentencePieceSettings,
  spell?: (text: string) => number[] | undefined,
): TokenizerParts {
  const { types } = vocabulary;
  const all = idsByToken(vocabulary);
  const encodeWord = unigrams({
    scores: vocabulary.scores,
    vocabulary: idsByToken(vocabulary, [NORMAL, USER_DEFINED]),
    unknown: settings.unknown,
    spell: spell ?? (types.includes(BYTE) ? byteTokens(all) : undefined),
    float32: true,
  });
  return { ...sentencePieceParts(vocabulary, settings), vocabulary: all, encodeWord };
}

function sentencePieceParts(
  vocabulary: GgufVocabulary,
  settings: SentencePieceSettings,
): Omit<TokenizerParts, 'encodeWord' | 'vocabulary'> {
  const map = settings.characterMap?.length ? new CharacterMap(settings.characterMap) : undefined;
  const decoders = [
    { type: 'ByteFallback' },
    { type: 'Replace', pattern: { String: WORD_START }, content: ' ' },
    { type: 'Fuse' },
    ...(settings.spacePrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
  ];
  return {
    added: ggufAddedTokens(vocabulary),
    normalise: (text) => {
      let plain = map ? map.normaliseLongest(text) : text;
      if (settings.removeExtraSpaces) plain = plain.replace(/^ +| +$/g, '').replace(/ {2,}/g, ' ');
      if (plain === '') return '';
      const marked = (settings.spacePrefix ? ` ${plain}` : plain).replaceAll(' ', WORD_START);
      // Signs for spaces that stand in the text itself go at the end, but not at the beginning.
      return settings.removeExtraSpaces ? marked.replace(/▁+$/, '') : marked;
    },
    cut: (text) => [text],
    decode: decoder({ type: 'Sequence', decoders } as { type: string }),
    show: (token) => token.replaceAll(WORD_START, ' '),
  };
}

import { l10n } from '../../../protocol/l10n';
import { ggufUnigrams } from '../gguf/sentencePiece';
import { type GgufVocabulary, UNUSED } from '../gguf/vocabulary';
import { DescriptionError } from './descriptionError';
import type { TokenizerParts } from './pipeline';
import { readSentencePiece, UNIGRAM } from './sentencePieceFile';

/** Marks the language to translate into, at the beginning of a text. */
const LANGUAGE = /^>>.+<<$/;

/**
 * Marian's tokenizer: a text is cut by the SentencePiece model of its language, and the pieces have their ids in a vocabulary
 * that both languages share. Throws DescriptionError or ZodError.
 */
export function marianParts(
  model: Uint8Array,
  ids: ReadonlyMap<string, number>,
  special: readonly string[],
  unknownToken: string,
): TokenizerParts {
  const file = readSentencePiece(model);
  if (file.modelType !== UNIGRAM) {
    throw new DescriptionError(
      l10n`its SentencePiece model is of the kind ${file.modelType}, which is not read`,
      true,
    );
  }
  const unknown = ids.get(unknownToken);
  if (unknown === undefined) throw new DescriptionError(l10n`${unknownToken} is no token`);

  // What this language's model does not know may still be a token of the other's. As tokens that are never looked for, the
  // others get places behind the model's own.
  const pieces = file.vocabulary;
  const own = new Set(pieces.tokens);
  const others = [...ids.keys()].filter((token) => !own.has(token));
  const vocabulary: GgufVocabulary = {
    tokens: [...pieces.tokens, ...others],
    scores: [...pieces.scores, ...others.map(() => 0)],
    types: [...pieces.types, ...others.map(() => UNUSED)],
  };
  const placeOf = new Map(others.map((token, index) => [token, pieces.tokens.length + index]));
  const parts = ggufUnigrams(vocabulary, file, (text) => {
    const place = placeOf.get(text);
    return place === undefined ? undefined : [place];
  });
  const finalIds = vocabulary.tokens.map((token) => ids.get(token) ?? unknown);

  const markers = new Set(special);
  const added = [...ids]
    .filter(([token]) => markers.has(token) || LANGUAGE.test(token))
    .map(([content, id]) => ({ id, content, special: markers.has(content), normalized: false }));
  return {
    ...parts,
    added,
    vocabulary: ids,
    encodeWord: (word) => parts.encodeWord(word).map((place) => finalIds[place]!),
  };
}

import { decoder } from '../tokenizers/decoders';
import { normaliser } from '../tokenizers/normalisers';
import type { TokenizerParts } from '../tokenizers/pipeline';
import { cutter } from '../tokenizers/preTokenizers';
import { wordPieceModel } from '../tokenizers/wordPiece';
import { WORD_START } from '../tokenizers/wordStarts';
import { type GgufVocabulary, ggufAddedTokens } from './vocabulary';

const CONTINUED = '##';

export interface WordPieceSettings {
  unknown: number;
  lowercase?: boolean;
  stripAccents?: boolean;
}

/**
 * BERT's word pieces. llama.cpp writes a sign before pieces that begin a word, where BERT writes ## before the others: they
 * are turned back.
 */
export function ggufWordPieces(vocabulary: GgufVocabulary, settings: WordPieceSettings): TokenizerParts {
  const added = ggufAddedTokens(vocabulary);
  const markers = new Set(added.map(({ id }) => id));
  const pieces = new Map<string, number>();
  let cased = false;
  for (const [id, token] of vocabulary.tokens.entries()) {
    const marker = markers.has(id) || /^\[.*\]$/.test(token);
    const starts = token.startsWith(WORD_START);
    pieces.set(marker ? token : starts ? token.slice(WORD_START.length) : CONTINUED + token, id);
    cased ||= !marker && /[A-Z]/.test(token);
  }
  const unknown = vocabulary.tokens[settings.unknown]!;
  return {
    added,
    normalise: normaliser({
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      // Older files do not say; a vocabulary with capital letters is of no use in lower case.
      lowercase: settings.lowercase ?? !cased,
      strip_accents: settings.stripAccents ?? null,
    } as { type: string }),
    cut: cutter({ type: 'BertPreTokenizer' }),
    vocabulary: pieces,
    wholeWords: true,
    encodeWord: wordPieceModel({ unk_token: unknown }, pieces),
    decode: decoder({ type: 'WordPiece', prefix: CONTINUED, cleanup: true } as { type: string }),
    show: (token) => (token.startsWith(CONTINUED) ? token.slice(CONTINUED.length) : ` ${token}`),
  };
}

import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { bytePairsByRules } from './bpe';
import { DescriptionError, notRead } from './descriptionError';
import { unigramModel } from './unigram';
import type { WordModel } from './wordModel';
import { wordPieceModel } from './wordPiece';

/** Largest id of a token, for tables by id. The largest vocabularies in use have a quarter million. */
export const MAX_TOKEN_ID = 2 ** 21;

const id = z.int().min(0).max(MAX_TOKEN_ID);
const tableSchema = z.record(z.string(), id);
const scoredSchema = z
  .array(z.tuple([z.string(), z.number()]))
  .min(1)
  .max(MAX_TOKEN_ID);

export interface ModelDescription {
  type?: string;
  vocab?: unknown;
  [setting: string]: unknown;
}

export interface DescribedModel {
  vocabulary: Map<string, number>;
  encodeWord: WordModel;
  /** What becomes of a part of a word depends on the rest of it. */
  wholeWords: boolean;
}

/** The vocabulary and the word model that tokenizer.json describes. Throws ZodError or DescriptionError. */
export function wordModel(model: ModelDescription): DescribedModel {
  const type = model.type ?? kindOf(model);
  if (type === 'Unigram') {
    const pieces = scoredSchema.parse(model.vocab);
    const vocabulary = new Map(pieces.map(([token], index) => [token, index]));
    const scores = pieces.map(([, score]) => score);
    return { vocabulary, encodeWord: unigramModel(model, vocabulary, scores), wholeWords: false };
  }
  const vocabulary = new Map(Object.entries(tableSchema.parse(model.vocab)));
  if (type === 'BPE') {
    const wholeWords = Boolean(model.continuing_subword_prefix || model.end_of_word_suffix);
    return { vocabulary, encodeWord: bytePairsByRules(model, vocabulary), wholeWords };
  }
  if (type === 'WordPiece') {
    return { vocabulary, encodeWord: wordPieceModel(model, vocabulary), wholeWords: true };
  }
  throw notRead('model', type);
}

/** Old files do not name the type. */
function kindOf(model: ModelDescription): string {
  if (Array.isArray(model.vocab)) return 'Unigram';
  if (model.merges !== undefined) return 'BPE';
  if (model.vocab === undefined) throw new DescriptionError(l10n`its model has no vocab`);
  return 'WordPiece';
}

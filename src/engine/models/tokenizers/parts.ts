import * as z from 'zod';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { AddedToken } from './addedTokens';
import { textOfBytes } from './byteLevel';
import { decoder } from './decoders';
import { DescriptionError } from './descriptionError';
import { type ModelDescription, wordModel } from './model';
import { normaliser } from './normalisers';
import type { TokenizerParts } from './pipeline';
import { cutter, type PreTokenizer } from './preTokenizers';
import { WORD_START } from './wordStarts';

/** What tokenizer.json holds, as far as it is looked into here. */
export interface TokenizerDescription {
  added_tokens: AddedToken[];
  normalizer: { type: string } | null;
  pre_tokenizer: PreTokenizer | null;
  decoder: { type: string } | null;
  model: ModelDescription;
}

/**
 * The parts of a tokenizer that give the ids of the original, Rust implementation. Throws SoftpromptError with the file.
 */
export function tokenizerParts(description: TokenizerDescription, file: string): TokenizerParts {
  return describedIn(file, () => {
    return {
      ...wordModel(description.model),
      added: description.added_tokens,
      normalise: normaliser(description.normalizer),
      cut: cutter(description.pre_tokenizer),
      decode: decoder(description.decoder),
      show: shownAs(description),
    };
  });
}

/** Runs what reads a description, and says which file is wrong where it fails. */
export function describedIn<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DescriptionError && error.unsupported) {
      throw new SoftpromptError('model-unsupported', l10n`The tokenizer cannot be used: ${error.message}.`, {
        place: { file },
        hint: l10n`Ask for support, or use another model.`,
      });
    }
    if (!(error instanceof DescriptionError || error instanceof z.ZodError)) throw error;
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
    throw new SoftpromptError('model-invalid', l10n`The tokenizer is not what it should be: ${problem}`, {
      place: { file },
      hint: l10n`Download the file again.`,
    });
  }
}

function shownAs({ decoder, model }: TokenizerDescription): (token: string) => string {
  if (JSON.stringify(decoder ?? {}).includes('"ByteLevel"')) return textOfBytes;
  if (model.type === 'WordPiece') {
    const prefix = String(model.continuing_subword_prefix ?? '##');
    return (token) => (token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`);
  }
  return (token) => token.replaceAll(WORD_START, ' ');
}

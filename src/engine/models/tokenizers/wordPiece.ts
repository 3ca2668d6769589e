import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { DescriptionError } from './descriptionError';
import type { WordModel } from './wordModel';

const settingsSchema = z.object({
  unk_token: z.string(),
  continuing_subword_prefix: z.string().default('##'),
  max_input_chars_per_word: z.int().min(1).max(1000).default(100),
});

/** The longest token that a word begins with, then that the rest begins with, …: BERT's model. */
export function wordPieceModel(model: object, vocabulary: ReadonlyMap<string, number>): WordModel {
  const settings = settingsSchema.parse(model);
  const unknown = vocabulary.get(settings.unk_token);
  if (unknown === undefined)
    throw new DescriptionError(l10n`its unk_token ${settings.unk_token} is no token`);
  const prefix = settings.continuing_subword_prefix;
  let longest = 0;
  for (const token of vocabulary.keys()) longest = Math.max(longest, token.length);

  return (word) => {
    if (word.length > settings.max_input_chars_per_word) {
      if (Array.from(word).length > settings.max_input_chars_per_word) return [unknown];
    }
    const ids: number[] = [];
    for (let start = 0; start < word.length; ) {
      let end = Math.min(word.length, start + longest);
      let id: number | undefined;
      for (; end > start; end--) {
        const part = word.slice(start, end);
        id = vocabulary.get(start === 0 ? part : prefix + part);
        if (id !== undefined) break;
      }
      if (id === undefined) return [unknown];
      ids.push(id);
      start = end;
    }
    return ids;
  };
}

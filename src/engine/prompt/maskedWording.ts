import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Tokenizer } from '../models/tokenizer';
import { fillParts, type Template, type TemplatePart } from './template';
import type { Wording } from './wording';

/** A template as a masked language model reads it: the mask stands where the answer does. */
export interface MaskedWording extends Wording {
  /** The filled template with an answer in place of the mask. */
  answered(filled: readonly string[], answer: string): string;
}

/** Where a template has no `{mask}`, the mask comes at its end, where other models would go on writing. */
export function maskedWording(template: Template, tokenizer: Tokenizer): MaskedWording {
  const { mask } = tokenizer;
  if (mask === undefined) {
    throw new SoftpromptError('model-invalid', l10n`The model's files do not say which token is its mask.`, {
      hint: l10n`tokenizer_config.json should name a mask_token.`,
    });
  }
  const own = template.parts.findIndex(({ kind }) => kind === 'mask');
  const before = template.parts[own - 1];
  // A word after a space is another token than one without, in byte-pair vocabularies.
  const spaced = before?.kind === 'text' && /[ \t]$/u.test(before.text);
  const separator = own < 0 ? template.separator : spaced ? ' ' : '';
  const fillIn = (filled: readonly string[], word: string) =>
    own < 0 ? template.render(filled) + separator + word : fillParts(template.parts, filled, word);
  return {
    ...template,
    separator,
    render: (filled) => fillIn(filled, tokenizer.word(mask)),
    answered: (filled, answer) => fillIn(filled, answer.trim()),
  };
}

/** @throws SoftpromptError where a template has a mask, and the model fills in none. */
export function refuseMask(parts: readonly TemplatePart[]): void {
  if (!parts.some(({ kind }) => kind === 'mask')) return;
  throw new SoftpromptError(
    'task-invalid',
    l10n`The template has a {mask}, but the model is no masked language model: it does not fill in words.`,
    {
      hint: l10n`Leave {mask} out: the answer comes after the prompt. A column called mask needs another name.`,
    },
  );
}

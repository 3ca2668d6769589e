import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { CHARACTER_OF_BYTE } from './byteLevel';
import { notRead } from './descriptionError';
import { checkGrowth } from './growth';
import { compilePattern, escaped, type Pattern, patternSchema } from './regex';
import { type Behaviour, splitter } from './split';

/** A step that cuts a text into words, as tokenizer.json describes it. */
export interface PreTokenizer {
  type: string;
  [setting: string]: unknown;
}

/** Cuts a piece of a text; `atStart`: the text as a whole begins with it. */
export type Cutter = (text: string, atStart: boolean) => string[];

const MAX_STEPS = 64;
const MAX_DEPTH = 8;
const stepSchema = z.looseObject({ type: z.string() });

/** GPT-2's cut into words, which a ByteLevel step does unless told otherwise. */
export const GPT2_WORDS =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const SPACE = /\p{White_Space}/gu;
/** Any numeric character: ², ½ and Ⅳ too. */
const DIGIT = /\p{N}/gu;
const DIGITS = /\p{N}+/gu;
const PUNCTUATION = /[\p{P}$+<=>^`|~]/gu;

const BEHAVIOURS: Record<string, Behaviour> = {
  Removed: 'removed',
  Isolated: 'isolated',
  MergedWithPrevious: 'merged-with-previous',
  MergedWithNext: 'merged-with-next',
  Contiguous: 'contiguous',
};
const behaviourSchema = z
  .string()
  .refine((name) => Object.hasOwn(BEHAVIOURS, name), { error: () => l10n`is not a behaviour of a split` })
  .transform((name) => BEHAVIOURS[name]!);

const metaspaceSchema = z.object({
  replacement: z.string().min(1).max(2),
  prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
  add_prefix_space: z.boolean().optional(),
  split: z.boolean().default(true),
});

/** One line a type of tokenizer.json. */
const CUTTERS: Record<string, (step: object, depth: number) => Cutter> = {
  Sequence: (step, depth) => {
    const { pretokenizers } = z.object({ pretokenizers: z.array(stepSchema).max(MAX_STEPS) }).parse(step);
    const steps = pretokenizers.map((inner) => cutter(inner, depth + 1));
    return (text, atStart) =>
      steps.reduce<string[]>(
        (words, cut) => {
          const finer = words.flatMap((word, index) => cut(word, atStart && index === 0));
          checkGrowth(
            text.length,
            finer.reduce((sum, word) => sum + word.length, 0),
          );
          return finer;
        },
        [text],
      );
  },
  ByteLevel: (step) => {
    const settings = z
      .object({ add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) })
      .parse(step);
    const cut = settings.use_regex ? splitter(compilePattern({ Regex: GPT2_WORDS }), 'isolated') : undefined;
    return (text) => {
      const spaced = settings.add_prefix_space && !text.startsWith(' ') ? ` ${text}` : text;
      return (cut ? cut(spaced) : [spaced]).map(bytesAsCharacters);
    };
  },
  Split: (step) => {
    const { pattern, behavior, invert } = z
      .object({ pattern: patternSchema, behavior: behaviourSchema, invert: z.boolean().default(false) })
      .parse(step);
    return splitter(compilePattern(pattern), behavior, invert);
  },
  Metaspace: (step) => {
    const settings = metaspaceSchema.parse(step);
    const { replacement } = settings;
    const scheme = settings.prepend_scheme ?? (settings.add_prefix_space === false ? 'never' : 'always');
    const cut = splitter(new RegExp(escaped(replacement), 'gu'), 'merged-with-next');
    return (text, atStart) => {
      let marked = text.replaceAll(' ', () => replacement);
      const wanted = scheme === 'always' || (scheme === 'first' && atStart);
      if (wanted && !marked.startsWith(replacement)) marked = replacement + marked;
      return settings.split ? cut(marked) : [marked];
    };
  },
  BertPreTokenizer: () => {
    const words = splitter(SPACE, 'removed');
    const punctuation = splitter(PUNCTUATION, 'isolated');
    return (text) => words(text).flatMap((word) => punctuation(word));
  },
  Whitespace: () =>
    splitter(compilePattern({ Regex: String.raw`\w+|[^\w\s]+` } satisfies Pattern), 'removed', true),
  WhitespaceSplit: () => splitter(SPACE, 'removed'),
  Punctuation: (step) => {
    const { behavior } = z.object({ behavior: behaviourSchema.default('isolated') }).parse(step);
    return splitter(PUNCTUATION, behavior);
  },
  Digits: (step) => {
    const { individual_digits } = z.object({ individual_digits: z.boolean().default(false) }).parse(step);
    return splitter(individual_digits ? DIGIT : DIGITS, 'isolated');
  },
  CharDelimiterSplit: (step) => {
    const { delimiter } = z.object({ delimiter: z.string().min(1).max(2) }).parse(step);
    return splitter(new RegExp(escaped(delimiter), 'gu'), 'removed');
  },
};

/** The pre-tokenizer that tokenizer.json describes. Throws ZodError or DescriptionError. */
export function cutter(step: PreTokenizer | null, depth = 0): Cutter {
  if (step === null) return (text) => [text];
  const make = Object.hasOwn(CUTTERS, step.type) ? CUTTERS[step.type] : undefined;
  if (!make || depth > MAX_DEPTH) throw notRead('pre_tokenizer', step.type);
  return make(step, depth);
}

const ASCII_WORD = /^[!-~]*$/;
const encoder = new TextEncoder();

function bytesAsCharacters(text: string): string {
  if (ASCII_WORD.test(text)) return text;
  let written = '';
  for (const byte of encoder.encode(text)) written += CHARACTER_OF_BYTE[byte];
  return written;
}

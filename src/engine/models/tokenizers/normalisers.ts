import * as z from 'zod';
import { notRead } from './descriptionError';
import { checkGrowth, MAX_REPLACEMENT } from './growth';
import { CharacterMap } from './precompiled';
import { compilePattern, patternSchema } from './regex';

/** A step that changes a text before it is cut into words. */
export type Normaliser = (text: string) => string;

const MAX_STEPS = 64;
const MAX_DEPTH = 8;
const stepSchema = z.looseObject({ type: z.string() });

const spaces = String.raw`\p{White_Space}`;
const LEADING = new RegExp(`^${spaces}+`, 'u');
const TRAILING = new RegExp(`${spaces}+$`, 'u');
const MARKS = /\p{M}/gu;
/** BERT's accents: of the marks only those that take no room. */
const ACCENTS = /\p{Mn}/gu;
/** Controls, formats and private characters, but for those that are white space; and U+FFFD. */
const UNCLEAN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu;
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/** Character by character: the original does not look at neighbours, so a Greek word ends in σ. */
const lowercase: Normaliser = (text) =>
  /Σ/.test(text) ? Array.from(text, (character) => character.toLowerCase()).join('') : text.toLowerCase();

const bertSchema = z.object({
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean().default(true),
});

/** One line a type of tokenizer.json. */
const NORMALISERS: Record<string, (step: object, depth: number) => Normaliser> = {
  Sequence: (step, depth) => {
    const { normalizers } = z.object({ normalizers: z.array(stepSchema).max(MAX_STEPS) }).parse(step);
    const steps = normalizers.map((inner) => normaliser(inner, depth + 1));
    return (text) =>
      steps.reduce((changed, change) => {
        const next = change(changed);
        checkGrowth(text.length, next.length);
        return next;
      }, text);
  },
  NFC: () => (text) => text.normalize('NFC'),
  NFD: () => (text) => text.normalize('NFD'),
  NFKC: () => (text) => text.normalize('NFKC'),
  NFKD: () => (text) => text.normalize('NFKD'),
  Lowercase: () => lowercase,
  StripAccents: () => (text) => text.replace(MARKS, ''),
  Strip: (step) => {
    const sides = z.object({ strip_left: z.boolean(), strip_right: z.boolean() }).parse(step);
    return (text) => {
      const started = sides.strip_left ? text.replace(LEADING, '') : text;
      return sides.strip_right ? started.replace(TRAILING, '') : started;
    };
  },
  Prepend: (step) => {
    const { prepend } = z.object({ prepend: z.string().max(MAX_REPLACEMENT) }).parse(step);
    return (text) => (text === '' ? text : prepend + text);
  },
  Replace: (step) => {
    const { pattern, content } = z
      .object({ pattern: patternSchema, content: z.string().max(MAX_REPLACEMENT) })
      .parse(step);
    if ('String' in pattern) return (text) => text.replaceAll(pattern.String, () => content);
    const regex = compilePattern(pattern);
    return (text) => text.replace(regex, () => content);
  },
  Precompiled: (step) => {
    const { precompiled_charsmap: table } = z
      .object({ precompiled_charsmap: z.base64().nullish() })
      .parse(step);
    if (!table) return (text) => text;
    const map = new CharacterMap(Buffer.from(table, 'base64'));
    return (text) => map.normalise(text);
  },
  BertNormalizer: (step) => {
    const settings = bertSchema.parse(step);
    const steps: Normaliser[] = [];
    if (settings.clean_text) {
      steps.push((text) => text.replace(UNCLEAN, '').replace(/\p{White_Space}/gu, ' '));
    }
    if (settings.handle_chinese_chars) steps.push((text) => text.replace(CHINESE, ' $& '));
    if (settings.strip_accents ?? settings.lowercase)
      steps.push((text) => text.normalize('NFD').replace(ACCENTS, ''));
    if (settings.lowercase) steps.push(lowercase);
    return (text) => steps.reduce((changed, change) => change(changed), text);
  },
};

/** The normaliser that tokenizer.json describes. Throws ZodError or DescriptionError. */
export function normaliser(step: { type: string } | null, depth = 0): Normaliser {
  if (step === null) return (text) => text;
  const make = Object.hasOwn(NORMALISERS, step.type) ? NORMALISERS[step.type] : undefined;
  if (!make || depth > MAX_DEPTH) throw notRead('normalizer', step.type);
  return make(step, depth);
}

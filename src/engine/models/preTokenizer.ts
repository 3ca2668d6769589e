/** A step that cuts a text into words, as tokenizer.json describes it. */
export interface PreTokenizer {
  type: string;
  [setting: string]: unknown;
}

/** GPT-2's cut into words, which a ByteLevel step does unless told otherwise. */
export const GPT2_WORDS =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** Llama 3's cut into words. */
export const LLAMA3_WORDS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
export const SINGLE_DIGITS = '\\p{N}';
const DIGITS = '\\p{N}+';

export function split(regex: string): PreTokenizer {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false };
}

/** Bytes as visible characters, and nothing else. */
export const BYTES: PreTokenizer = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: false,
};

/**
 * Replaces the steps in which the library differs from the original by its exact Split step: its Digits step knows 0 to 9
 * only, where the original takes every numeric character (², ½, Ⅳ), and its ByteLevel step JavaScript's white space, not Unicode's.
 */
export function exactPreTokenizer(step: PreTokenizer | null): PreTokenizer | null {
  if (step?.type === 'Sequence') {
    return { ...step, pretokenizers: (step.pretokenizers as PreTokenizer[]).map(exactPreTokenizer) };
  }
  if (step?.type === 'Digits') return split(step.individual_digits ? SINGLE_DIGITS : DIGITS);
  if (step?.type === 'ByteLevel' && step.use_regex !== false && !step.add_prefix_space) {
    return { type: 'Sequence', pretokenizers: [split(GPT2_WORDS), { ...step, use_regex: false }] };
  }
  return step;
}

const CUT_AT_SPACES = new Set([GPT2_WORDS, LLAMA3_WORDS]);
const CUT_DIGITS = new Set([SINGLE_DIGITS, DIGITS]);

/**
 * Whether a single space before a letter always starts a new word, so that what stands before and after it can be
 * encoded apart: so it is with the cuts above.
 */
export function cutsAtSpaces(step: PreTokenizer | null): boolean {
  const steps = step ? flatSteps(step) : [];
  const regexes = steps.map(({ pattern }) => (pattern as { Regex?: string } | undefined)?.Regex ?? '');
  const plain = steps.every(
    ({ type, add_prefix_space }, i) =>
      (type === 'Split' && (CUT_AT_SPACES.has(regexes[i]!) || CUT_DIGITS.has(regexes[i]!))) ||
      (type === 'ByteLevel' && !add_prefix_space),
  );
  return plain && regexes.some((regex) => CUT_AT_SPACES.has(regex));
}

function flatSteps(step: PreTokenizer): PreTokenizer[] {
  if (step.type !== 'Sequence') return [step];
  return (step.pretokenizers as PreTokenizer[]).flatMap(flatSteps);
}

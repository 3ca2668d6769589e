import { Tokenizer as Runtime } from '@huggingface/tokenizers';
import type { Tokenizer } from './tokenizer';

/** A token outside the merge rules: markers of the model's own, found in a text before anything else. */
export interface AddedToken {
  id: number;
  content: string;
  special?: boolean;
  lstrip?: boolean;
  rstrip?: boolean;
  normalized?: boolean;
  single_word?: boolean;
}

/** A step that cuts a text into words; only its type is known here, the rest is the library's. */
export interface PreTokenizer {
  type: string;
  [setting: string]: unknown;
}

/** What tokenizer.json holds, as far as this file looks into it. */
export interface TokenizerDescription {
  added_tokens: AddedToken[];
  normalizer: object | null;
  pre_tokenizer: PreTokenizer | null;
  post_processor: object | null;
  decoder: object | null;
  model: object;
}

export interface TokenizerSettings {
  endOfText: number;
  beginOfText?: number;
  chatTemplate?: string;
}

/** GPT-2's cut into words, which the ByteLevel step does unless told otherwise. */
export const GPT2_WORDS =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

export function split(regex: string): PreTokenizer {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false };
}

export const BYTES: PreTokenizer = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: false,
};

/** Runs a tokenizer description with `@huggingface/tokenizers`. */
export function createTokenizer(description: TokenizerDescription, settings: TokenizerSettings): Tokenizer {
  const exact = { ...description, pre_tokenizer: exactPreTokenizer(description.pre_tokenizer) };
  const runtime = new Runtime(exact, {});
  const vocabularySize = runtime.get_vocab().size;
  const encodeWhole = (text: string) => runtime.encode(text, { add_special_tokens: false }).ids;
  const byteLevel = JSON.stringify(description.decoder ?? {}).includes('"ByteLevel"');
  const added = new Set(description.added_tokens.map(({ id }) => id));
  return {
    vocabularySize,
    ...settings,
    encode: cutsAtSpaces(exact) ? rememberingWords(encodeWhole) : encodeWhole,
    decode: (ids) => {
      // Models often have more rows in their embedding table than the tokenizer has words.
      const known = ids.filter((id) => runtime.id_to_token(id) !== undefined);
      if (known.length === 0) return '';
      return runtime.decode(known, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
    },
    word: (id) => {
      const token = runtime.id_to_token(id);
      if (token === undefined) return `<${id}>`;
      if (added.has(id)) return token;
      return byteLevel ? textOfBytes(token) : token.replaceAll('▁', ' ');
    },
  };
}

/**
 * The library's Digits step knows 0 to 9 only, and its ByteLevel step uses JavaScript's idea of white space; the
 * original counts every numeric character (², ½, Ⅳ) and Unicode's white space. Its Split step is exact, so it is put in their place.
 */
function exactPreTokenizer(step: PreTokenizer | null): PreTokenizer | null {
  if (step?.type === 'Sequence') {
    return { ...step, pretokenizers: (step.pretokenizers as PreTokenizer[]).map(exactPreTokenizer) };
  }
  if (step?.type === 'Digits') return split(step.individual_digits ? '\\p{N}' : '\\p{N}+');
  if (step?.type === 'ByteLevel' && step.use_regex !== false && !step.add_prefix_space) {
    return { type: 'Sequence', pretokenizers: [split(GPT2_WORDS), { ...step, use_regex: false }] };
  }
  return step;
}

/**
 * Whether a single space before a letter always starts a new word, so that what stands on its two sides can be encoded
 * apart: true of the cuts that byte-level models use, if no marker contains or swallows spaces.
 */
function cutsAtSpaces({ normalizer, pre_tokenizer, added_tokens }: TokenizerDescription): boolean {
  const steps = pre_tokenizer?.type === 'Sequence' ? flatSteps(pre_tokenizer) : [pre_tokenizer];
  return (
    normalizer === null &&
    steps.some((step) => step?.type === 'Split' && CUTS_AT_SPACES.has(regexOf(step))) &&
    steps.every((step) => step?.type === 'Split' || (step?.type === 'ByteLevel' && !step.add_prefix_space)) &&
    added_tokens.every(({ content, lstrip, rstrip }) => !/\s/.test(content) && !lstrip && !rstrip)
  );
}

/** Llama 3's cut into words. */
export const LLAMA3_WORDS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const CUTS_AT_SPACES = new Set([GPT2_WORDS, LLAMA3_WORDS]);

function regexOf(step: PreTokenizer): string {
  return (step.pattern as { Regex?: string } | undefined)?.Regex ?? '';
}

function flatSteps(step: PreTokenizer): PreTokenizer[] {
  if (step.type !== 'Sequence') return [step];
  return (step.pretokenizers as PreTokenizer[]).flatMap(flatSteps);
}

const REMEMBERED_WORDS = 50_000;
const LONGEST_REMEMBERED = 64;

/** Encodes word by word and remembers the words: datasets repeat them, and the library takes its time. */
function rememberingWords(encode: (text: string) => number[]): (text: string) => number[] {
  const remembered = new Map<string, number[]>();
  return (text) => {
    const ids: number[] = [];
    for (const word of text.split(/(?<=\S)(?= \p{L})/u)) {
      let part = remembered.get(word);
      if (!part) {
        part = encode(word);
        if (remembered.size >= REMEMBERED_WORDS) remembered.clear();
        if (word.length <= LONGEST_REMEMBERED) remembered.set(word, part);
      }
      for (const id of part) ids.push(id);
    }
    return ids;
  };
}

/** Byte-level tokens write each byte as a visible character: bytes that are visible in Latin-1 as themselves, the others from U+0100 on. */
const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => byte)
    .sort((a, b) => Number(isVisible(b)) - Number(isVisible(a)) || a - b)
    .map((byte, rank, bytes) => {
      const hidden = rank - bytes.filter(isVisible).length;
      return [String.fromCharCode(isVisible(byte) ? byte : 256 + hidden), byte];
    }),
);

function isVisible(byte: number): boolean {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

/** The text of a byte-level token; one that is only a part of a character shows its bytes. */
function textOfBytes(token: string): string {
  const bytes = Uint8Array.from(token, (character) => BYTE_OF_CHARACTER.get(character) ?? 63);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
  }
}

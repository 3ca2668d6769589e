import { Tokenizer as Runtime } from '@huggingface/tokenizers';
import { BYTE_OF_CHARACTER, textOfBytes } from './byteLevel';
import { cutsAtSpaces, exactPreTokenizer, type PreTokenizer } from './preTokenizer';
import type { Tokenizer } from './tokenizer';

/** A token outside the merge rules: the model's own markers, found in a text before anything else. */
export interface AddedToken {
  id: number;
  content: string;
  special?: boolean;
  lstrip?: boolean;
  rstrip?: boolean;
  normalized?: boolean;
  single_word?: boolean;
}

/** What tokenizer.json holds, as far as it is looked into here. */
export interface TokenizerDescription {
  added_tokens: AddedToken[];
  normalizer: object | null;
  pre_tokenizer: PreTokenizer | null;
  post_processor: object | null;
  decoder: object | null;
  model: { vocab: object; unk_token?: string | null; [setting: string]: unknown };
}

export type TokenizerSettings = Pick<
  Tokenizer,
  'endOfText' | 'before' | 'after' | 'mask' | 'pad' | 'chatTemplate'
>;

/** Runs a tokenizer description with `@huggingface/tokenizers`, and gives the ids of the original, Rust implementation. */
export function createTokenizer(description: TokenizerDescription, settings: TokenizerSettings): Tokenizer {
  const { added_tokens, decoder, model, normalizer } = description;
  const byteLevel = JSON.stringify(decoder ?? {}).includes('"ByteLevel"');
  const words = exactPreTokenizer(description.pre_tokenizer);
  const runtime = new Runtime(
    { ...description, pre_tokenizer: byteLevel ? withoutUnknownBytes(words, model) : words },
    {},
  );
  const encode = (text: string) => runtime.encode(text, { add_special_tokens: false }).ids;
  const added = new Set(added_tokens.map(({ id }) => id));
  const markersKeepSpaces = added_tokens.every(
    ({ content, lstrip, rstrip }) => !/\s/.test(content) && !lstrip && !rstrip,
  );
  return {
    ...settings,
    vocabularySize: runtime.get_vocab().size,
    encode:
      normalizer === null && markersKeepSpaces && cutsAtSpaces(words) ? rememberingWords(encode) : encode,
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
 * A vocabulary may lack bytes (SmolLM2's has no U+0006). The original leaves them out before it merges their neighbours, the
 * library after that: so they are left out here already.
 */
function withoutUnknownBytes(
  words: PreTokenizer | null,
  { vocab, unk_token }: TokenizerDescription['model'],
): PreTokenizer | null {
  const unknown = [...BYTE_OF_CHARACTER.keys()].filter((character) => !Object.hasOwn(vocab, character));
  if (unknown.length === 0 || unk_token) return words;
  const escaped = unknown.map((character) => `\\x{${character.charCodeAt(0).toString(16)}}`);
  const leaveOut = { type: 'Replace', pattern: { Regex: `[${escaped.join('')}]` }, content: '' };
  return { type: 'Sequence', pretokenizers: words ? [words, leaveOut] : [leaveOut] };
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

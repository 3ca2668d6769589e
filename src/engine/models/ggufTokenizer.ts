import { z } from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { type AddedToken, createTokenizer } from './createTokenizer';
import type { GgufValue } from './gguf';
import { BYTES, GPT2_WORDS, LLAMA3_WORDS, type PreTokenizer, SINGLE_DIGITS, split } from './preTokenizer';
import type { Tokenizer } from './tokenizer';

interface Cut {
  words: PreTokenizer[];
  /** A word that is in the vocabulary is taken whole, whatever the merge rules make of it. */
  wholeWordsFirst?: boolean;
  beginOfText?: boolean;
}

const GPT2: Cut = { words: [split(GPT2_WORDS)] };
const SMOLLM: Cut = { words: [split(SINGLE_DIGITS), split(GPT2_WORDS)] };
const LLAMA3: Cut = { words: [split(LLAMA3_WORDS)], wholeWordsFirst: true, beginOfText: true };

/** llama.cpp's names for how a text is cut into words, `tokenizer.ggml.pre`. */
const CUTS: Readonly<Record<string, Cut>> = {
  default: GPT2,
  'gpt-2': GPT2,
  smollm: SMOLLM,
  starcoder: SMOLLM,
  'llama-bpe': LLAMA3,
  'llama-v3': LLAMA3,
  llama3: LLAMA3,
};

/** Values of `tokenizer.ggml.token_type` that make a token a marker. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

const id = z.int().min(0);
const metadataSchema = z.object({
  'tokenizer.ggml.model': z.string(),
  'tokenizer.ggml.pre': z.string().optional(),
  'tokenizer.ggml.tokens': z.array(z.string()).min(1),
  'tokenizer.ggml.token_type': z.array(z.int()).optional(),
  'tokenizer.ggml.merges': z.array(z.string()).optional(),
  'tokenizer.ggml.bos_token_id': id.optional(),
  'tokenizer.ggml.eos_token_id': id,
  'tokenizer.ggml.add_bos_token': z.boolean().optional(),
  'tokenizer.chat_template': z.string().optional(),
});

/** The tokenizer that a GGUF file describes in its metadata. Byte-level BPE only (`gpt2`). */
export function tokenizerFromGguf(metadata: ReadonlyMap<string, GgufValue>, file: string): Tokenizer {
  const parsed = metadataSchema.safeParse(Object.fromEntries(metadata));
  if (!parsed.success) {
    throw new SoftpromptError(
      'model-invalid',
      `The GGUF file's tokenizer is wrong:\n${z.prettifyError(parsed.error)}`,
      { place: { file }, hint: 'Convert the model again with a current llama.cpp.' },
    );
  }
  const settings = parsed.data;
  const kind = settings['tokenizer.ggml.model'];
  const cut = CUTS[settings['tokenizer.ggml.pre'] ?? 'default'];
  if (kind !== 'gpt2') throw unsupported(file, `of the kind ${kind}`);
  if (!cut) throw unsupported(file, `that cuts words as ${settings['tokenizer.ggml.pre']} does`);

  const tokens = settings['tokenizer.ggml.tokens'];
  const types = settings['tokenizer.ggml.token_type'] ?? [];
  const added: AddedToken[] = [];
  for (const [index, content] of tokens.entries()) {
    const type = types[index];
    const special = type === CONTROL || type === UNKNOWN;
    if (special || type === USER_DEFINED) added.push({ id: index, content, special, normalized: false });
  }
  const endOfText = settings['tokenizer.ggml.eos_token_id'];
  const begin = settings['tokenizer.ggml.bos_token_id'];
  const addBegin = settings['tokenizer.ggml.add_bos_token'] ?? cut.beginOfText;
  const before = addBegin && begin !== undefined ? [begin] : [];
  for (const marker of [endOfText, ...before]) {
    if (marker < tokens.length) continue;
    throw new SoftpromptError(
      'model-invalid',
      `The tokenizer has no token ${marker}, but names it as a marker.`,
      {
        place: { file },
      },
    );
  }
  return createTokenizer(
    {
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: [...cut.words, BYTES] },
      post_processor: null,
      decoder: { ...BYTES },
      model: {
        type: 'BPE',
        vocab: Object.fromEntries(tokens.map((token, index) => [token, index])),
        merges: settings['tokenizer.ggml.merges'] ?? [],
        ignore_merges: cut.wholeWordsFirst ?? false,
      },
    },
    { endOfText, before, after: [], chatTemplate: settings['tokenizer.chat_template'] },
  );
}

function unsupported(file: string, what: string): SoftpromptError {
  return new SoftpromptError(
    'model-unsupported',
    `The GGUF file has a tokenizer ${what}, which Softprompt does not read yet.`,
    {
      place: { file },
      hint: 'Use the model as a folder of safetensors files with its tokenizer.json instead.',
    },
  );
}

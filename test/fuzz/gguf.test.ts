import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type GgufValue, HeaderGoesOn, parseGgufHeader } from '../../src/engine/models/gguf/header';
import { tokenizerFromGguf } from '../../src/engine/models/gguf/tokenizer';
import { buildGguf } from '../models/gguf/ggufBuilder';
import { FUZZ_CASES, fuzz } from './fuzz';

const FILE = 'damaged.gguf';
const charsmap = JSON.parse(
  readFileSync(new URL('../oracle/fixtures/models/charsmap.json', import.meta.url), 'utf8'),
) as string;

const special = ['<unk>', '<s>', '</s>'];
const specialTypes = [2, 3, 3];
const KINDS: Record<string, GgufValue>[] = [
  {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'llama-bpe',
    'tokenizer.ggml.tokens': [...special, 'T', 'h', 'Th', 'ü🙂'],
    'tokenizer.ggml.token_type': [...specialTypes, 1, 1, 1, 4],
    'tokenizer.ggml.merges': ['T h'],
  },
  {
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': [...special, '▁', 't', '▁t', '<0x0A>'],
    'tokenizer.ggml.token_type': [...specialTypes, 1, 1, 1, 6],
    'tokenizer.ggml.scores': [0.5, 0, 0, -1, -2, -3, 0],
    'tokenizer.ggml.unknown_token_id': 0,
  },
  {
    'tokenizer.ggml.model': 't5',
    'tokenizer.ggml.tokens': [...special, '▁', 't', '▁t'],
    'tokenizer.ggml.token_type': [...specialTypes, 1, 1, 1],
    'tokenizer.ggml.scores': [0.5, 0, 0, -1, -2, -3],
    'tokenizer.ggml.unknown_token_id': 0,
    'tokenizer.ggml.remove_extra_whitespaces': true,
    'tokenizer.ggml.precompiled_charsmap': [...Buffer.from(charsmap, 'base64')],
  },
  {
    'tokenizer.ggml.model': 'bert',
    'tokenizer.ggml.tokens': ['[UNK]', '[CLS]', '[SEP]', '▁the', 'xt', '▁te'],
    'tokenizer.ggml.token_type': [...specialTypes, 1, 1, 1],
    'tokenizer.ggml.unknown_token_id': 0,
    'tokenizer.ggml.seperator_token_id': 2,
  },
];

const seeds = KINDS.map((kind, index) =>
  buildGguf(
    {
      'general.architecture': 'llama',
      'general.alignment': 32,
      'llama.rope.freq_base': 0.5,
      ...kind,
      'tokenizer.ggml.bos_token_id': 1,
      'tokenizer.ggml.eos_token_id': 2,
      'tokenizer.ggml.add_bos_token': true,
    },
    [
      { name: 'token_embd.weight', shape: [3, 2], type: 0, bytes: new Uint8Array(24) },
      { name: 'output_norm.weight', shape: [2], type: 8, bytes: new Uint8Array(8) },
    ],
    { version: 2 + (index % 2) },
  ),
);

function headerOf(bytes: Uint8Array) {
  try {
    return parseGgufHeader(bytes, FILE);
  } catch (error) {
    // The caller reads on, or says that the file was cut short.
    if (error instanceof HeaderGoesOn) return undefined;
    throw error;
  }
}

function use(bytes: Uint8Array): void {
  const header = headerOf(bytes);
  if (!header) return;
  const tokenizer = tokenizerFromGguf(header.metadata, FILE, 'masked');
  const ids = tokenizer.encode("The text,  don't 2024中\n</s>");
  tokenizer.decode(ids);
  for (const id of ids) tokenizer.word(id);
}

describe('damaged GGUF headers', () => {
  it('are sound before they are damaged', () => {
    for (const seed of seeds) expect(() => use(seed)).not.toThrow();
  });

  it('are read or refused, in bounded time and memory, and so are the tokenizers in them', () => {
    const { cases, accepted } = fuzz(seeds, use);
    expect(cases).toBe(FUZZ_CASES);
    expect(accepted).toBeGreaterThan(cases / 20);
    expect(accepted).toBeLessThan(cases);
  }, 120_000);
});

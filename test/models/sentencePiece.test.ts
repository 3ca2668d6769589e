import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { GgufValue } from '../../src/engine/models/gguf/header';
import { tokenizerFromGguf } from '../../src/engine/models/gguf/tokenizer';

interface Reference {
  metadata: Record<string, GgufValue>;
  charsmap: string;
  rows: { text: string; ids: number[] }[];
}

function reference(name: string): Reference {
  const file = new URL(`../oracle/fixtures/tokenizer-kinds/sentencepiece-${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Reference;
}

describe('SentencePiece in GGUF', () => {
  it.each(['pairs', 'pairs-plain', 'unigrams', 'unigrams-bytes'])('%s gives its ids', (name) => {
    const { metadata, charsmap, rows } = reference(name);
    const tokenizer = tokenizerFromGguf(
      new Map<string, GgufValue>([
        ...Object.entries(metadata),
        ['tokenizer.ggml.precompiled_charsmap', [...Buffer.from(charsmap, 'base64')]],
      ]),
      'model.gguf',
    );
    expect(rows.length).toBeGreaterThan(150);
    for (const { text, ids } of rows) expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
  });
});

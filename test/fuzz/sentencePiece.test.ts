import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { marianParts } from '../../src/engine/models/tokenizers/marian';
import { describedIn } from '../../src/engine/models/tokenizers/parts';
import { assembleTokenizer } from '../../src/engine/models/tokenizers/pipeline';
import { FUZZ_CASES, fuzz } from './fuzz';

const folder = new URL('../oracle/fixtures/tokenizer-kinds/marian/', import.meta.url);
const ids = new Map(
  Object.entries(JSON.parse(readFileSync(new URL('vocab.json', folder), 'utf8')) as Record<string, number>),
);

describe('damaged SentencePiece models', () => {
  it('are used or refused, in bounded time and memory', () => {
    const seed = new Uint8Array(readFileSync(new URL('source.spm', folder)));
    const { cases, accepted } = fuzz([seed], (bytes) => {
      const parts = describedIn('damaged.spm', () => marianParts(bytes, ids, ['</s>'], '<unk>'));
      const tokenizer = assembleTokenizer(parts, { endOfText: 0, before: [], after: [0] });
      tokenizer.decode(tokenizer.encode("The text,  don't 2024中\n</s>"));
    });
    expect(cases).toBe(FUZZ_CASES);
    expect(accepted).toBeGreaterThan(cases / 20);
    expect(accepted).toBeLessThan(cases);
  }, 180_000);
});

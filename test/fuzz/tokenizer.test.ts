import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/engine/models/modelJson';
import { tokenizerFromDescription } from '../../src/engine/models/tokenizers/folder';
import { FUZZ_CASES, fuzz } from './fuzz';
import { mutateJson } from './mutate';
import { TOKENIZER_SEEDS } from './tokenizerSeeds';

const FILE = 'damaged/tokenizer.json';
const TEXT = "The text,  don't Ünï 2024中文🙂\n</s> te";

function use(json: unknown): void {
  const tokenizer = tokenizerFromDescription(
    json,
    FILE,
    { eos_token: '</s>' },
    { endOfText: 2, kind: 'masked' },
  );
  const ids = tokenizer.encode(TEXT);
  tokenizer.decode(ids);
  for (const id of [...ids, ...tokenizer.before, ...tokenizer.after]) tokenizer.word(id);
}

describe('damaged tokenizer.json files', () => {
  it('are sound before they are damaged', () => {
    for (const seed of TOKENIZER_SEEDS) expect(() => use(seed)).not.toThrow();
  });

  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const seeds = TOKENIZER_SEEDS.map((seed) => encoder.encode(JSON.stringify(seed)));
  const read = (bytes: Uint8Array) => use(parseJson(decoder.decode(bytes), FILE));

  it('are used or refused, in bounded time and memory', () => {
    const { cases, accepted } = fuzz(seeds, read);
    expect(cases).toBe(FUZZ_CASES);
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(cases);
  }, 120_000);

  it('are used or refused where the JSON is sound and the values are not', () => {
    const values = new Map<Uint8Array, object>(seeds.map((bytes, index) => [bytes, TOKENIZER_SEEDS[index]!]));
    const { accepted } = fuzz(seeds, read, {
      change: (bytes, roll) =>
        new Uint8Array(Buffer.from(JSON.stringify(mutateJson(values.get(bytes), roll)))),
    });
    expect(accepted).toBeGreaterThan(FUZZ_CASES / 20);
  }, 120_000);
});
